import { expect, test } from 'vitest'
import { money, span, time } from './figures'

test('an amount is never shown as nothing when it is something', () => {
  expect(money(12.3, 'USD')).toBe('$12.30')
  expect(money(0.0042, 'USD')).toBe('$0.0042')
  expect(money(0, 'EUR')).toBe('€0.00')
  expect(money(-0.5, 'USD')).toBe('-$0.50')
})

test('seconds in the unit that people would say', () => {
  expect([time(40), time(600), time(12_600)]).toEqual(['40 s', '10 min', '3.5 h'])
})

test('spans are whole days of UTC', () => {
  const today = new Date('2026-03-05T23:30:00Z')
  expect(span('month', today)).toEqual({ since: '2026-03-01', until: '2026-03-05' })
  expect(span('last-month', today)).toEqual({ since: '2026-02-01', until: '2026-02-28' })
  expect(span('days-30', today)).toEqual({ since: '2026-02-04', until: '2026-03-05' })
})
