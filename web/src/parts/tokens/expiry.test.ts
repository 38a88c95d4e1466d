import { expect, test } from 'vitest'
import { endOf, expiry } from './expiry'

const NOW = Date.parse('2026-11-22T12:00:00Z')

test('a lifetime ends that many days from now, or never', () => {
  expect(endOf('30', NOW)).toBe('2026-12-22T12:00:00.000Z')
  expect(endOf('', NOW)).toBeNull()
})

test('when a token ends is told in words', () => {
  expect(expiry(null, NOW)).toBe('no end')
  expect(expiry('2026-11-22T11:59:00Z', NOW)).toBe('ended')
  expect(expiry('2027-02-20T12:00:00Z', NOW)).toBe('works until 20 Feb 2027')
})
