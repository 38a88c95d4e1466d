import { expect, test } from 'vitest'
import { endsAt, lifeOf } from './expiry'

const NOW = Date.parse('2026-11-25T08:00:00Z')

test('a lifetime ends that many days from now, or never', () => {
  expect(endsAt('30', NOW)).toBe('2026-12-25T08:00:00.000Z')
  expect(endsAt('never', NOW)).toBeNull()
})

test('what is over is said to be', () => {
  expect(lifeOf(null, NOW)).toEqual({ words: 'Works until it is revoked', over: false })
  expect(lifeOf('2026-11-25T08:00:00Z', NOW).over).toBe(true)
  expect(lifeOf('2026-11-26T08:00:00Z', NOW)).toEqual({ words: 'Works until Nov 26, 2026', over: false })
})
