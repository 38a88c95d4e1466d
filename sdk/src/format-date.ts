/** Dates by the interval of their time dimension. Text in, text out: no time zone can move a day. */
import type { Column } from './wire.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ISO = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?/;

/** `2024-03-01` → `2024`, `Q1 2024`, `Mar 2024`, `Week of Mar 1, 2024`, `Mar 1, 2024`, `Mar 1, 2024, 10:30`; what is no
 * ISO date comes back as it is. `short` leaves out what an axis does not need. */
export function formatDate(text: string, column: Pick<Column, 'type' | 'interval'>, short: boolean): string {
  const match = ISO.exec(text);
  if (match === null) return text;
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00'] = match;
  const name = MONTHS[Number(month) - 1];
  if (name === undefined) return text;
  const date = short ? `${name} ${Number(day)}` : `${name} ${Number(day)}, ${year}`;
  switch (column.interval?.toUpperCase()) {
    case 'YEAR':
      return year;
    case 'QUARTER':
      return `Q${Math.ceil(Number(month) / 3)} ${year}`;
    case 'MONTH':
      return `${name} ${year}`;
    case 'WEEK':
      return short ? date : `Week of ${date}`;
    case 'DAY':
      return date;
    case 'HOUR':
    case 'MINUTE':
      return short ? `${date} ${hour}:${minute}` : `${date}, ${hour}:${minute}`;
    case 'SECOND':
    case 'MILLISECOND':
      return short ? `${hour}:${minute}:${second}` : `${date}, ${hour}:${minute}:${second}`;
    default:
      if (column.type === 'date' || match[4] === undefined) return date;
      return `${date}, ${hour}:${minute}`;
  }
}
