import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { TableLook } from '@/api/charts'
import type { QueryAnswer } from '@/api/types'
import { shown } from './answer'
import { DataTable } from './DataTable'

const column = (id: string, kind: string, type = 'number') => ({ id, label: id, kind, type, interval: null, format: null })
const ANSWER: QueryAnswer = {
  columns: [
    column('region', 'dimension', 'string'),
    column('city', 'dimension', 'string'),
    { ...column('revenue', 'metric'), format: { kind: 'usd', round: 0, compact: null } },
    column('rank', 'calculation'),
  ],
  rows: [
    ['West', 'Portland', 1200, 1],
    ['West', 'Seattle', 800, 2],
  ],
  totals: [null, null, 5000, null],
  truncated: true,
  limit: 2,
  durationMs: 1,
  asOf: '2026-11-25T10:00:00Z',
}
const TABLE: TableLook = { type: 'table', bars: false, totals: true }

const show = (config: TableLook, answer = ANSWER) =>
  render(
    <MantineProvider env="test">
      <DataTable answer={shown(answer, config)} config={config} />
    </MantineProvider>,
  )
const last = () => {
  const row = screen.getAllByRole('row').at(-1)
  if (!row) throw new Error('no row')
  return [...within(row).queryAllByRole('rowheader'), ...within(row).queryAllByRole('cell')].map(({ textContent }) => textContent)
}
afterEach(cleanup)

test('totals are the last row, formatted as their columns are, and nothing stands under a dimension', () => {
  show(TABLE)
  expect(last()).toEqual(['Total', '', '$5,000', ''])
})

test('they are where their columns are, however these are ordered or hidden', () => {
  show({ ...TABLE, columns: ['revenue'], fields: { city: { hidden: true } } })
  expect(last()).toEqual(['Total $5,000', '', ''])
})

test('without the option, or without totals in the answer, there is no such row', () => {
  show({ ...TABLE, totals: false })
  expect(last()).toEqual(['West', 'Seattle', '$800', '2'])
  cleanup()
  show(TABLE, { ...ANSWER, totals: null })
  expect(last()).toEqual(['West', 'Seattle', '$800', '2'])
})
