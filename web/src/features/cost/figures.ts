/** "$0.0042", "$12.30": two digits, more where the amount would read as nothing. */
export function money(amount: number, currency: string): string {
  const small = amount !== 0 && Math.abs(amount) < 0.095
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    ...(small ? { minimumSignificantDigits: 2, maximumSignificantDigits: 2 } : {}),
  }).format(amount)
}

/** "950", "12.4K", "3.1M". */
export const count = (value: number): string =>
  new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value)

/** "40 s", "12 min", "3.5 h". */
export function time(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = seconds / 60
  return minutes < 90 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`
}

const iso = (day: Date): string => day.toISOString().slice(0, 10)

/** First and last day (UTC) of a span that ends today. */
export function span(name: Span, today = new Date()): { since: string; until: string } {
  const until = iso(today)
  if (name === 'month') return { since: `${until.slice(0, 8)}01`, until }
  if (name === 'last-month') {
    const end = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 0))
    return { since: `${iso(end).slice(0, 8)}01`, until: iso(end) }
  }
  const first = new Date(today)
  first.setUTCDate(first.getUTCDate() - (name === 'days-30' ? 29 : 89))
  return { since: iso(first), until }
}

export type Span = 'month' | 'last-month' | 'days-30' | 'days-90'
export const SPANS: Record<Span, string> = {
  month: 'This month',
  'last-month': 'Last month',
  'days-30': '30 days',
  'days-90': '90 days',
}
export const isSpan = (value: unknown): value is Span => typeof value === 'string' && value in SPANS
