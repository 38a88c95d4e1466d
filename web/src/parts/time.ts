const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** "5 minutes ago". Below a minute: "just now". */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000)
  for (const [unit, size] of UNITS) {
    if (seconds >= size) {
      return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)
    }
  }
  return 'just now'
}

const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
const written = (moment: Date, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', options).format(moment)

/** A moment of the past in few words: within the hour by its age, then by the reader's clock and calendar. */
export function momentInWords(iso: string, now = Date.now()): string {
  const [moment, today] = [new Date(iso), new Date(now)]
  if (now - moment.getTime() < 3_600_000) return ago(iso, now)
  if (moment.toDateString() === today.toDateString()) return written(moment, clock)
  const year = moment.getFullYear() === today.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return written(moment, { day: 'numeric', month: 'short', ...year, ...clock })
}

/** "25 November 2026 at 10:32:05 CET", by the reader's clock. */
export const exactly = (iso: string): string => written(new Date(iso), { dateStyle: 'long', timeStyle: 'long' })

/** "340 ms", "1.8 s", "2 min 5 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
