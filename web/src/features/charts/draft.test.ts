import { describe, expect, test } from 'vitest'
import type { Field, FilterRule } from '@/api/charts'
import { asDrawn, begun, emptyQuery, fitted, lacking, rulesOf, toggled, withRules } from './draft'

const field = (id: string, kind = 'dimension', more = {}) =>
  ({ id, name: id, table: 'orders', label: id, description: null, type: 'string', kind, interval: null, groups: [], ...more }) as Field
const REGION = field('region')
const MONTH = field('month', 'dimension', { type: 'date', interval: 'MONTH' })
const REVENUE = field('revenue', 'metric', { type: 'number' })
const COUNT = field('count', 'metric', { type: 'number' })
const FIELDS = [REGION, MONTH, REVENUE, COUNT]
const asking = (...fields: Field[]) => fields.reduce(toggled, emptyQuery('orders'))
const rule = (fieldId: string): FilterRule => ({ target: { fieldId }, operator: 'equals', values: [1], disabled: false, required: false })

describe('what is drawn follows what is asked', () => {
  test('time along x, the other dimension as series, all metrics', () => {
    const config = fitted(asking(REGION, MONTH, REVENUE, COUNT), 'line', null, FIELDS)
    expect(config).toMatchObject({ type: 'line', x: 'month', series: 'region', y: ['revenue', 'count'] })
  })

  test('what the author chose stays when the kind changes, and goes with its field', () => {
    const query = asking(REGION, MONTH, REVENUE)
    const line = fitted(query, 'line', null, FIELDS)
    const chosen = line && 'x' in line ? { ...line, series: null, smooth: true, right: ['revenue'] } : null
    const bar = fitted(query, 'bar', chosen, FIELDS)
    expect(bar).toMatchObject({ type: 'bar', x: 'month', series: null, smooth: true, right: ['revenue'] })
    const fewer = fitted(toggled(toggled(query, MONTH), REVENUE), 'bar', bar, FIELDS)
    expect(fewer).toBeNull()
    expect(fitted(asking(REGION, COUNT), 'bar', bar, FIELDS)).toMatchObject({ x: 'region', y: ['count'], right: [] })
  })

  test('each kind says what it lacks', () => {
    expect(lacking(begun('orders'))).toMatch(/Choose what to ask/)
    const query = asking(REGION)
    expect(lacking({ query, look: 'pie', config: fitted(query, 'pie', null, FIELDS) })).toMatch(/a dimension and a metric/)
    expect(lacking({ query, look: 'big_number', config: fitted(query, 'big_number', null, FIELDS) })).toMatch(/needs a metric/)
    expect(lacking({ query, look: 'table', config: fitted(query, 'table', null, FIELDS) })).toBeNull()
  })

  test('a table’s order and a number’s comparison keep only what is still asked', () => {
    const table = { type: 'table', bars: true, totals: true, columns: ['revenue', 'region'] } as const
    const fewer = fitted(asking(REGION), 'table', { ...table, columns: [...table.columns] }, FIELDS)
    expect(fewer).toMatchObject({ bars: true, totals: true, columns: ['region'] })
    const number = { type: 'big_number', value: 'revenue', compare: 'count', risingIsGood: false } as const
    expect(fitted(asking(REVENUE), 'big_number', number, FIELDS)).toMatchObject({ value: 'revenue', compare: null, risingIsGood: false })
  })
})

test('a table that shows totals asks for them, and no other kind does', () => {
  const query = asking(REGION, REVENUE)
  const plain = { query, look: 'table', config: fitted(query, 'table', null, FIELDS) } as const
  expect(asDrawn(plain)).toBe(query)
  const config = plain.config?.type === 'table' ? { ...plain.config, totals: true } : null
  expect(asDrawn({ ...plain, config })).toEqual({ ...query, totals: true })
  expect(asDrawn({ query, look: 'bar', config: fitted(query, 'bar', config, FIELDS) })).toBe(query)
})

test('time is sorted by when it is asked for, and no longer when it is not', () => {
  const query = asking(MONTH, REVENUE)
  expect(query.sorts).toEqual([{ fieldId: 'month', descending: false }])
  expect(toggled(query, MONTH).sorts).toEqual([])
})

describe('conditions', () => {
  test('on dimensions before adding up, on metrics after it', () => {
    const query = withRules(emptyQuery('orders'), [rule('region'), rule('revenue')], FIELDS)
    expect(query.filters).toEqual({ dimensions: { and: [rule('region')] }, metrics: { and: [rule('revenue')] } })
    expect(rulesOf(query)?.map(({ target }) => target.fieldId)).toEqual(['region', 'revenue'])
    expect(withRules(query, [], FIELDS).filters).toEqual({})
  })

  test('what is nested is left alone', () => {
    expect(rulesOf({ ...emptyQuery('orders'), filters: { dimensions: { or: [rule('region')] } } })).toBeNull()
    expect(rulesOf({ ...emptyQuery('orders'), filters: { dimensions: { and: [{ or: [rule('region')] }] } } })).toBeNull()
  })
})
