import { formatAxis, formatValue } from '@sdk/format'
import type { Format } from '@sdk/wire'
import type { ChartConfig, Value } from '@/api/charts'
import type { QueryAnswer } from '@/api/types'

export interface Column {
  id: string
  type: string
  label: string
  format: Format | null
  kind: string
  interval: string | null
  /** A place in the palette that the chart's author chose. */
  colour: number | null
}

/** An answer as a chart shows it. */
export interface Shown {
  columns: Column[]
  rows: Value[][]
  /** Each metric over all rows, in the order of the columns; null where the answer has none. */
  totals: Value[] | null
  truncated: boolean
  limit: number
}

/** The server's answer with the labels, formats and colours that the chart's author put in place of the catalog's. */
export function shown(answer: QueryAnswer, config?: ChartConfig): Shown {
  const looks = config?.fields ?? {}
  return {
    columns: answer.columns.map((column) => {
      const look = looks[column.id]
      const own = column.format as Format | null
      return {
        ...column,
        label: look?.label || column.label,
        format: look?.format ? ({ ...own, ...look.format } as Format) : own,
        colour: look?.colour ?? null,
      }
    }),
    rows: answer.rows as Value[][],
    totals: (answer.totals as Value[] | null | undefined) ?? null,
    truncated: answer.truncated,
    limit: answer.limit,
  }
}

type Shape = Parameters<typeof formatValue>[1]

/** A value in words, as its column says. */
export const inWords = (value: unknown, column?: Column): string => formatValue(value, column as Shape)

/** The same in few, for axes. */
export const inShort = (value: unknown, column?: Column): string => formatAxis(value, column as Shape)

/** A cell as a number; decimals may come as text. */
export function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

export const isNumeric = (column: Column): boolean => column.type === 'number' || column.kind === 'metric'

/** Columns in the order that a table shows them: those that it names, then the others, without what it hides. */
export function tableColumns(columns: readonly Column[], config?: ChartConfig): { column: Column; at: number }[] {
  const named = config?.type === 'table' ? (config.columns ?? []) : []
  const place = (id: string) => (named.includes(id) ? named.indexOf(id) : named.length)
  return columns
    .map((column, at) => ({ column, at }))
    .filter(({ column }) => config?.fields?.[column.id]?.hidden !== true)
    .toSorted((a, b) => place(a.column.id) - place(b.column.id) || a.at - b.at)
}
