import { expect, test } from 'vitest'
import { ownPage } from './router'

test('after signing in one only ever comes to a page of this site', () => {
  expect(ownPage('/apps/1?x=y')).toBe('/apps/1?x=y')
  for (const elsewhere of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/login?to=/', 7]) {
    expect(ownPage(elsewhere)).toBeUndefined()
  }
})
