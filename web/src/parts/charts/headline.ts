import type { BigNumberLook } from '@/api/charts'
import { asNumber, inWords, type Shown } from './answer'

export interface Headline {
  text: string
  label: string
  /** What the number is of: the dimensions of its row, in words. */
  of: string
  change: { text: string; against: string; direction: 'up' | 'down' | 'same'; good: boolean | null } | null
}

/** The first row's value, and how it stands to what it is compared with. Null without a row or the field. */
export function headline({ columns, rows }: Shown, look: BigNumberLook): Headline | null {
  const at = columns.findIndex(({ id }) => id === look.value)
  const [column, row] = [columns[at], rows[0]]
  if (!column || !row) return null
  const words = (of: readonly unknown[]) =>
    columns.flatMap((each, index) => (each.kind === 'dimension' ? [inWords(of[index], each)] : [])).join(' · ')
  const number = asNumber(row[at])
  return { text: inWords(row[at], column), label: column.label, of: words(row), change: change() }

  function change(): Headline['change'] {
    if (!look.compare || number === null) return null
    const previous = look.compare === 'previous'
    const other = previous ? -1 : columns.findIndex(({ id }) => id === look.compare)
    const before = previous ? rows[1] : row
    const value = asNumber(before?.[previous ? at : other])
    if (!before || value === null) return null
    const difference = number - value
    const direction = difference > 0 ? 'up' : difference < 0 ? 'down' : 'same'
    const share = value === 0 ? null : Math.abs(difference / value)
    return {
      text: share === null ? inWords(Math.abs(difference), column) : inWords(share, PERCENT),
      against: previous ? words(before) || 'the row before' : `${columns[other]?.label}: ${inWords(value, columns[other])}`,
      direction,
      good: direction === 'same' ? null : (direction === 'up') === look.risingIsGood,
    }
  }
}

const PERCENT = {
  id: '',
  label: '',
  type: 'number',
  kind: 'metric',
  interval: null,
  colour: null,
  format: { kind: 'percent', round: 1, compact: null },
}
