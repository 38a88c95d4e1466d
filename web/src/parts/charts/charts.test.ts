import { describe, expect, test } from 'vitest'
import type { BigNumberLook, CartesianLook, PieLook } from '@/api/charts'
import type { QueryAnswer } from '@/api/types'
import { asNumber, inWords, shown, tableColumns } from './answer'
import { headline } from './headline'
import { PALETTE } from './palette'
import { cartesian, MOST_SERIES, MOST_SLICES, slices } from './series'

const column = (id: string, type: string, kind: string, more = {}) => ({
  id, type, kind, label: id, format: null, interval: null, ...more,
})
const MONTH = column('month', 'date', 'dimension', { interval: 'MONTH' })
const REGION = column('region', 'string', 'dimension')
const REVENUE = column('revenue', 'number', 'metric', { format: { kind: 'usd', round: 0, compact: null } })
const answer = (columns: QueryAnswer['columns'], rows: unknown[][]): QueryAnswer => ({
  columns, rows, truncated: false, limit: 500, durationMs: 1, asOf: '2026-11-25T10:00:00Z',
})
const LINES: CartesianLook = {
  type: 'line', x: 'month', y: ['revenue'], stacking: 'none', legend: 'top', fromZero: true, showValues: false, smooth: false,
}
const ROWS = answer([MONTH, REGION, REVENUE], [
  ['2026-01-01', 'East', '10.5'],
  ['2026-01-01', 'West', 20],
  ['2026-02-01', 'West', 30],
  ['2026-02-01', null, 1],
])

describe('series', () => {
  test('each value of the series field is a line of its own; a month is one point', () => {
    const drawn = cartesian(shown(ROWS), { ...LINES, series: 'region' })
    expect(drawn?.series.map(({ label }) => label)).toEqual(['East', 'West', '–'])
    expect(drawn?.points).toEqual([
      { x: '2026-01-01', s0: 10.5, s1: 20 },
      { x: '2026-02-01', s1: 30, s2: 1 },
    ])
  })

  test('without it each metric is one', () => {
    const drawn = cartesian(shown(answer([MONTH, REVENUE], [['2026-01-01', 5]])), LINES)
    expect(drawn?.series.map(({ key, label, right }) => [key, label, right])).toEqual([['s0', 'revenue', false]])
  })

  test('what the answer lacks can not be drawn', () => {
    expect(cartesian(shown(ROWS), { ...LINES, x: 'nope' })).toBeNull()
    expect(cartesian(shown(ROWS), { ...LINES, series: 'nope' })).toBeNull()
    expect(cartesian(shown(ROWS), { ...LINES, y: ['nope'] })).toBeNull()
  })

  test('more series than anybody can tell apart are counted, not drawn', () => {
    const rows = Array.from({ length: MOST_SERIES + 3 }, (_, at) => ['2026-01-01', `r${at}`, at])
    const drawn = cartesian(shown(answer([MONTH, REGION, REVENUE], rows)), { ...LINES, series: 'region' })
    expect([drawn?.series.length, drawn?.left]).toEqual([MOST_SERIES, 3])
  })

  test('a value named like a property of every object is a value', () => {
    const rows = [['2026-01-01', '__proto__', 1], ['2026-01-01', 'constructor', 2]]
    const drawn = cartesian(shown(answer([MONTH, REGION, REVENUE], rows)), { ...LINES, series: 'region' })
    expect(drawn?.points).toEqual([{ x: '2026-01-01', s0: 1, s1: 2 }])
  })
})

describe('slices', () => {
  const PIE: PieLook = { type: 'pie', slice: 'region', value: 'revenue', donut: true, legend: 'right', showValues: true }

  test('shares of the whole', () => {
    const found = slices(shown(answer([REGION, REVENUE], [['East', 1], ['West', 3]])), PIE)
    expect(found?.slices.map(({ label, share }) => [label, share])).toEqual([['East', 0.25], ['West', 0.75]])
  })

  test('the smallest of many are one', () => {
    const rows = Array.from({ length: 30 }, (_, at) => [`r${at}`, at])
    const found = slices(shown(answer([REGION, REVENUE], rows)), PIE)
    expect([found?.slices.length, found?.slices.at(-1)?.label]).toEqual([MOST_SLICES, '19 others'])
  })

  test('less than nothing is no slice', () => {
    expect(slices(shown(answer([REGION, REVENUE], [['East', -1]])), PIE)).toBeNull()
  })
})

describe('headline', () => {
  const LOOK: BigNumberLook = { type: 'big_number', value: 'revenue', compare: 'previous', risingIsGood: true }
  const two = (now: number, before: number) =>
    headline(shown(answer([MONTH, REVENUE], [['2026-10-01', now], ['2026-09-01', before]])), LOOK)

  test('the first row against the one after it', () => {
    expect(two(110, 100)).toEqual({
      text: '$110', label: 'revenue', of: 'Oct 2026',
      change: { text: '10.0%', against: 'Sep 2026', direction: 'up', good: true },
    })
    expect(two(90, 100)?.change).toMatchObject({ direction: 'down', good: false })
    expect(two(5, 0)?.change?.text).toBe('$5')
  })

  test('without a row there is none', () => {
    expect(headline(shown(answer([REVENUE], [])), LOOK)).toBeNull()
    expect(headline(shown(answer([MONTH, REVENUE], [['2026-10-01', 1]])), LOOK)?.change).toBeNull()
  })
})

test('the author’s words, format and order come before the catalog’s', () => {
  const dressed = shown(ROWS, { ...LINES, fields: { revenue: { label: 'Turnover', format: { kind: 'eur', round: 2 }, hidden: false } } })
  expect(inWords(1, dressed.columns[2])).toBe('€1.00')
  expect(dressed.columns[2]?.label).toBe('Turnover')
  const table = { type: 'table', bars: false, totals: false, columns: ['revenue'], fields: { region: { hidden: true } } } as const
  const config = { ...table, columns: [...table.columns] }
  expect(tableColumns(shown(ROWS, config).columns, config).map(({ column: { id } }) => id)).toEqual(['revenue', 'month'])
})

test('numbers are numbers, also as text, and nothing else is', () => {
  expect([asNumber('1.5'), asNumber(2), asNumber(''), asNumber(null), asNumber('x'), asNumber(Number.NaN)]).toEqual([1.5, 2, null, null, null, null])
})

describe('palette', () => {
  const part = (hex: string, at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  const light = (hex: string) => 0.2126 * part(hex, 1) + 0.7152 * part(hex, 3) + 0.0722 * part(hex, 5)
  const contrast = (a: string, b: string) => {
    const [high = 0, low = 0] = [light(a), light(b)].toSorted((x, y) => y - x)
    return (high + 0.05) / (low + 0.05)
  }

  test.each(PALETTE)('%s and %s stand out from their grounds', (onLight, onDark) => {
    expect(contrast(onLight, '#ffffff')).toBeGreaterThanOrEqual(3)
    expect(contrast(onDark, '#161f25')).toBeGreaterThanOrEqual(3)
  })
})
