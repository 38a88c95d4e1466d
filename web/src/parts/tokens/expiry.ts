export const LIFETIMES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'Until it is revoked' },
]

/** The end of a token that is made now and lives this many days. */
export const endsAt = (lifetime: string, now = Date.now()): string | null =>
  lifetime === 'never' ? null : new Date(now + Number(lifetime) * 86_400_000).toISOString()

export const OVERLAPS = [
  { value: '0', label: 'Not at all' },
  { value: '60', label: 'For an hour' },
  { value: '1440', label: 'For a day' },
  { value: '10080', label: 'For a week' },
]

const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

/** "Works until 3 Mar 2027", and whether that is over. */
export function lifeOf(expiresAt: string | null, now = Date.now()): { words: string; over: boolean } {
  if (expiresAt === null) return { words: 'Works until it is revoked', over: false }
  const over = Date.parse(expiresAt) <= now
  return { words: `${over ? 'Ended on' : 'Works until'} ${day.format(new Date(expiresAt))}`, over }
}
