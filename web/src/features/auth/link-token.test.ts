import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { linkToken, useLinkToken } from './link-token'

afterEach(cleanup)

test('the token leaves the address and stays known to its page', () => {
  history.replaceState(null, '', '/invite?x=1#a-secret')
  expect(linkToken()).toBe('a-secret')
  expect(location.href).toMatch(/\/invite\?x=1$/)
  expect(linkToken()).toBe('a-secret')
  history.replaceState(null, '', '/reset')
  expect(linkToken()).toBe('')
})

test('another link, opened in the window of the first, takes its place', () => {
  history.replaceState(null, '', '/reset#too-old')
  const { result } = renderHook(useLinkToken)
  expect(result.current).toBe('too-old')
  act(() => {
    history.replaceState(null, '', '/reset#newer')
    dispatchEvent(new Event('hashchange'))
  })
  expect(result.current).toBe('newer')
  expect(location.href).toMatch(/\/reset$/)
})
