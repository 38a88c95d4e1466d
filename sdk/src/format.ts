/**
 * Values as people read them. The words are those of Lightdash's `format` (`usd`, `percent`, `km`, …), a spreadsheet
 * expression (`$#,##0.0`), and the interval of a time dimension. English, so that every viewer sees the same text.
 */
import { formatDateBy, formatNumberBy, formatTextBy, isDateExpression, isExpression } from './expression.ts';
import { formatDate } from './format-date.ts';
import type { Column, Format } from './wire.ts';

const LOCALE = 'en-US';
export const EMPTY = '–';

const CURRENCIES = new Set(['usd', 'eur', 'gbp', 'jpy', 'chf', 'dkk', 'sek', 'nok', 'cad', 'aud', 'inr', 'cny', 'brl']);
const UNITS: Record<string, string> = { km: ' km', mi: ' mi' };
const SHORT: Record<string, { divisor: number; suffix: string }> = {
  thousands: { divisor: 1e3, suffix: 'K' },
  millions: { divisor: 1e6, suffix: 'M' },
  billions: { divisor: 1e9, suffix: 'B' },
  trillions: { divisor: 1e12, suffix: 'T' },
  ...bytes('kilo mega giga tera peta', 1000, 'B'),
  ...bytes('kibi mebi gibi tebi pebi', 1024, 'iB'),
};
function bytes(words: string, step: number, unit: string): Record<string, { divisor: number; suffix: string }> {
  const sizes = words.split(' ').map((word, place) => [
    `${word}bytes`,
    { divisor: step ** (place + 1), suffix: `${'KMGTP'[place]}${unit}` },
  ]);
  return Object.fromEntries(sizes);
}

/** What stands between thousands and before decimals. */
const SEPARATORS: Record<string, readonly [string, string]> = {
  spacePeriod: [' ', '.'],
  periodComma: ['.', ','],
  noSeparatorPeriod: ['', '.'],
  apostrophePeriod: ["'", '.'],
};
/** Numbers that name something; a thousands separator would make them wrong. */
const NAMING = /^(ID|YEAR_NUM|DAY_OF_.*|WEEK_NUM|MONTH_NUM|QUARTER_NUM|HOUR_OF_DAY_NUM|MINUTE_OF_HOUR_NUM)$/;

type Shape = Pick<Column, 'type' | 'format' | 'interval'>;

/** The full text of a value: `$12,345.60`, `12.5%`, `Mar 2024`. Without a column the value's own type decides. */
export function formatValue(value: unknown, column?: Shape): string {
  return shown(value, column, false);
}

/** The short text of a value, for axes and small labels: `$12.3K`, `Mar 2024`. */
export function formatAxis(value: unknown, column?: Shape): string {
  return shown(value, column, true);
}

function shown(value: unknown, column: Shape | undefined, short: boolean): string {
  if (value === null || value === undefined || value === '') return EMPTY;
  const expression = column?.format?.kind;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') {
    if (column?.type === 'date' || column?.type === 'timestamp') {
      return shown(new Date(value).toISOString(), column, short);
    }
    return formatNumber(value, column, short);
  }
  const text = String(value);
  if (column?.type === 'date' || column?.type === 'timestamp') {
    const own = !short && expression && isDateExpression(expression);
    return own ? formatDateBy(text, expression) : formatDate(text, column, short);
  }
  if (column?.type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) {
    return formatNumber(Number(text), column, short);
  }
  return !short && expression?.includes('@') ? formatTextBy(text, expression) : text;
}

function formatNumber(value: number, column: Shape | undefined, short: boolean): string {
  if (!Number.isFinite(value)) return EMPTY;
  const format = column?.format ?? null;
  const kind = format?.kind?.toLowerCase() ?? null;
  if (kind === 'id' || (column?.interval && NAMING.test(column.interval.toUpperCase()))) return String(value);
  if (format?.kind && isExpression(format.kind) && !isDateExpression(format.kind)) {
    return formatNumberBy(value, format.kind, short);
  }
  if (kind === 'percent') return percent(value, format?.round ?? null, short);

  const compact = SHORT[format?.compact?.toLowerCase() ?? ''];
  const currency = kind !== null && CURRENCIES.has(kind) ? kind.toUpperCase() : undefined;
  const unit = kind === null ? '' : (UNITS[kind] ?? '');
  if (short) return number(value, { currency, notation: 'compact', most: 1 }) + unit;
  const separator = format?.separator;
  if (compact !== undefined) {
    const most = format?.round ?? 2;
    const scaled = number(value / compact.divisor, { currency, least: format?.round ?? 0, most });
    return separated(scaled, separator) + compact.suffix + unit;
  }
  return separated(number(value, { currency, ...decimals(value, format, currency) }), separator) + unit;
}

function decimals(value: number, format: Format | null, currency: string | undefined): { least: number; most: number } {
  if (format?.round !== null && format?.round !== undefined) {
    const places = Math.min(Math.max(format.round, 0), 12);
    return { least: places, most: places };
  }
  if (currency === undefined) return { least: 0, most: 2 };
  // Cents say nothing about thousands.
  return currency === 'JPY' || Math.abs(value) >= 1000 ? { least: 0, most: 0 } : { least: 2, most: 2 };
}

function percent(value: number, round: number | null, short: boolean): string {
  const most = short ? 1 : (round ?? 1);
  return new Intl.NumberFormat(LOCALE, {
    style: 'percent',
    minimumFractionDigits: short ? 0 : (round ?? 0),
    maximumFractionDigits: Math.min(Math.max(most, 0), 12),
  }).format(value);
}

interface Options {
  currency?: string | undefined;
  notation?: 'compact' | undefined;
  least?: number;
  most: number;
}

const formats = new Map<string, Intl.NumberFormat>();

function number(value: number, { currency, notation, least = 0, most }: Options): string {
  const key = `${currency}|${notation}|${least}|${most}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALE, {
      ...(currency === undefined ? {} : { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
      ...(notation === undefined ? {} : { notation }),
      minimumFractionDigits: least,
      maximumFractionDigits: Math.max(least, most),
    });
    formats.set(key, format);
  }
  return format.format(value === 0 ? 0 : value); // no "-0"
}

function separated(text: string, separator: string | null | undefined): string {
  const [thousands, decimal] = SEPARATORS[separator ?? ''] ?? [',', '.'];
  return text.replace(/(?<=\d)[,.](?=\d)/g, (mark) => (mark === ',' ? thousands : decimal));
}
