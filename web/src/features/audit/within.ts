export const WITHIN = { day: 'Last 24 hours', week: 'Last 7 days', month: 'Last 30 days', quarter: 'Last 90 days' }
export type Within = keyof typeof WITHIN
const DAYS: Record<Within, number> = { day: 1, week: 7, month: 30, quarter: 90 }
export const isWithin = (value: unknown): value is Within => typeof value === 'string' && value in WITHIN

/** When a span began, to the minute, so that pages of one search have one address. */
export function startOf(within: Within, now = Date.now()): string {
  const minute = 60_000
  return new Date(Math.floor(now / minute) * minute - DAYS[within] * 86_400_000).toISOString()
}
