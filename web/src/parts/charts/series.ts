import type { CartesianLook, PieLook, Value } from '@/api/charts'
import { asNumber, type Column, inWords, type Shown } from './answer'

/** More than this nobody can tell apart. */
export const MOST_SERIES = 24
export const MOST_SLICES = 12

export interface Series {
  /** The name under which each point holds its value. */
  key: string
  label: string
  column: Column
  /** A place in the palette. */
  colour: number
  right: boolean
}

export interface Point {
  x: Value
  [series: string]: Value
}

export interface Drawn {
  x: Column
  points: Point[]
  series: Series[]
  /** Series that are not drawn, because there are too many. */
  left: number
}

/**
 * Rows as points along x. A field of series makes one series of each of its values (times each metric); rows of the same
 * x then become one point. The order of points and series is that of the rows. Null: the answer lacks a drawn field.
 */
export function cartesian({ columns, rows }: Shown, look: CartesianLook): Drawn | null {
  const at = new Map(columns.map((column, index) => [column.id, index]))
  const xAt = at.get(look.x)
  const seriesAt = look.series ? at.get(look.series) : undefined
  const metrics = look.y.flatMap((id) => {
    const index = at.get(id)
    const column = index === undefined ? undefined : columns[index]
    return column && index !== undefined ? [{ id, index, column }] : []
  })
  const x = xAt === undefined ? undefined : columns[xAt]
  if (xAt === undefined || !x || metrics.length === 0 || (look.series && seriesAt === undefined)) return null

  const points = new Map<Value, Point>()
  const series = new Map<string, Series>()
  let left = new Set<string>()
  for (const row of rows) {
    const xValue = row[xAt] ?? null
    const point = points.get(xValue) ?? { x: xValue }
    points.set(xValue, point)
    for (const { id, index, column } of metrics) {
      const split = seriesAt === undefined ? undefined : (row[seriesAt] ?? null)
      const name = split === undefined ? id : `${id} ${JSON.stringify(split)}`
      let one = series.get(name)
      if (!one) {
        if (series.size >= MOST_SERIES) {
          left = left.add(name)
          continue
        }
        const words = split === undefined ? column.label : inWords(split, columns[seriesAt ?? 0])
        one = {
          key: `s${series.size}`,
          label: split !== undefined && metrics.length > 1 ? `${words} · ${column.label}` : words,
          column,
          colour: split === undefined && column.colour !== null ? column.colour : series.size,
          right: look.right?.includes(id) ?? false,
        }
        series.set(name, one)
      }
      point[one.key] = asNumber(row[index])
    }
  }
  return { x, points: [...points.values()], series: [...series.values()], left: left.size }
}

export interface Slice {
  label: string
  value: number
  /** Of the whole, 0 to 1. */
  share: number
  colour: number
}

/** Rows as slices, at most a dozen: the smallest together are one. Null: the answer lacks a drawn field, or holds values
 * that no pie can show. */
export function slices({ columns, rows }: Shown, look: PieLook): { slices: Slice[]; value: Column } | null {
  const sliceAt = columns.findIndex(({ id }) => id === look.slice)
  const valueAt = columns.findIndex(({ id }) => id === look.value)
  const [name, value] = [columns[sliceAt], columns[valueAt]]
  if (!name || !value) return null
  const parts = rows.map((row) => ({ label: inWords(row[sliceAt], name), value: asNumber(row[valueAt]) ?? 0 }))
  if (parts.some((part) => part.value < 0)) return null
  const whole = parts.reduce((sum, part) => sum + part.value, 0)
  const big = parts.length > MOST_SLICES ? parts.toSorted((a, b) => b.value - a.value) : parts
  const kept = big.slice(0, big.length > MOST_SLICES ? MOST_SLICES - 1 : MOST_SLICES)
  const rest = big.slice(kept.length)
  if (rest.length > 0) {
    kept.push({ label: `${rest.length} others`, value: rest.reduce((sum, part) => sum + part.value, 0) })
  }
  return {
    slices: kept.map((part, colour) => ({ ...part, share: whole === 0 ? 0 : part.value / whole, colour })),
    value,
  }
}
