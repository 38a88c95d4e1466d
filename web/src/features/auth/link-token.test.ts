import { expect, test } from 'vitest'
import { linkToken } from './link-token'

test('the token leaves the address and stays known to its page', () => {
  history.replaceState(null, '', '/invite?x=1#a-secret')
  expect(linkToken()).toBe('a-secret')
  expect(location.href).toMatch(/\/invite\?x=1$/)
  expect(linkToken()).toBe('a-secret')
  history.replaceState(null, '', '/reset')
  expect(linkToken()).toBe('')
})
