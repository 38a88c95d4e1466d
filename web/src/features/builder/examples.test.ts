import { expect, test } from 'vitest'
import type { Explore } from '@/api/types'
import { examplePrompts } from './examples'

const field = (table: string, name: string, type: string, kind = 'dimension') => ({
  id: `${table}_${name}`,
  name,
  table,
  label: (name[0] ?? '').toUpperCase() + name.slice(1).replaceAll('_', ' '),
  type,
  kind,
  description: null,
  interval: null,
  groups: [],
})
const orders: Explore = {
  name: 'orders',
  label: 'Orders',
  description: null,
  baseTable: 'orders',
  joinedTables: ['stores'],
  fields: [
    field('stores', 'staff_count', 'sum', 'metric'),
    field('orders', 'total_revenue', 'sum', 'metric'),
    field('orders', 'order_date', 'date'),
    field('stores', 'store_name', 'string'),
    field('stores', 'region', 'string'),
    field('orders', 'channel', 'string'),
  ],
}

test('prompts use the catalog’s own words, the explore’s own metrics first', () => {
  expect(examplePrompts([orders])).toEqual([
    'Monthly total revenue by region, with a filter on channel',
    'Top ten stores by total revenue',
    'Total revenue and staff count by month as a line chart, and a table by channel',
  ])
})

test('an explore without metrics or without words gives none', () => {
  expect(examplePrompts([{ ...orders, fields: orders.fields.filter(({ kind }) => kind !== 'metric') }])).toEqual([])
  expect(examplePrompts([{ ...orders, fields: orders.fields.filter(({ kind }) => kind === 'metric') }])).toEqual([])
  expect(examplePrompts([])).toEqual([])
})

test('without a date nothing is promised by month', () => {
  const undated = { ...orders, fields: orders.fields.filter(({ type }) => type !== 'date') }
  expect(examplePrompts([undated]).join()).not.toMatch(/month|this year/i)
})
