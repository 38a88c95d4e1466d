const DAY = 86_400_000

export const LIFETIMES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Without end' },
]

export const OVERLAPS = [
  { value: '0', label: 'Not at all' },
  { value: '60', label: 'For an hour' },
  { value: '1440', label: 'For a day' },
  { value: '10080', label: 'For a week' },
]

/** When a token that lasts so many days from now ends; an empty lifetime has no end. */
export const endOf = (days: string, now = Date.now()): string | null =>
  days === '' ? null : new Date(now + Number(days) * DAY).toISOString()

/** "no end", "ended", "works until 24 Dec 2026". */
export function expiry(at: string | null, now = Date.now()): string {
  if (at === null) return 'no end'
  if (Date.parse(at) <= now) return 'ended'
  const date = new Date(at)
  const near = Date.parse(at) - now < 2 * DAY
  return `works until ${date.toLocaleString('en-GB', { dateStyle: 'medium', ...(near ? { timeStyle: 'short' } : {}) })}`
}
