/**
 * Values as people read them. The words are those of Lightdash's `format` (`usd`, `percent`, `km`, …), a spreadsheet
 * expression (`$#,##0.0`), and the interval of a time dimension. English, so that every viewer sees the same text.
 */
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
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') {
    if (column?.type === 'date' || column?.type === 'timestamp') {
      return formatDate(new Date(value).toISOString(), column, short);
    }
    return formatNumber(value, column, short);
  }
  const text = String(value);
  if (column?.type === 'date' || column?.type === 'timestamp') return formatDate(text, column, short);
  if (column?.type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) {
    return formatNumber(Number(text), column, short);
  }
  return text;
}

function formatNumber(value: number, column: Shape | undefined, short: boolean): string {
  if (!Number.isFinite(value)) return EMPTY;
  const format = column?.format ?? null;
  const kind = format?.kind?.toLowerCase() ?? null;
  if (kind === 'id' || (column?.interval && NAMING.test(column.interval.toUpperCase()))) return String(value);
  if (format?.kind && /[#0]/.test(format.kind)) return byExpression(value, format.kind, short);
  if (kind === 'percent') return percent(value, format?.round ?? null, short);

  const compact = SHORT[format?.compact?.toLowerCase() ?? ''];
  const currency = kind !== null && CURRENCIES.has(kind) ? kind.toUpperCase() : undefined;
  const unit = kind === null ? '' : (UNITS[kind] ?? '');
  if (short) return number(value, { currency, notation: 'compact', most: 1 }) + unit;
  if (compact !== undefined) {
    const most = format?.round ?? 2;
    return number(value / compact.divisor, { currency, least: format?.round ?? 0, most, suffix: compact.suffix }) + unit;
  }
  return number(value, { currency, ...decimals(value, format, currency) }) + unit;
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
  suffix?: string;
}

const formats = new Map<string, Intl.NumberFormat>();

function number(value: number, { currency, notation, least = 0, most, suffix = '' }: Options): string {
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
  const text = format.format(value === 0 ? 0 : value); // no "-0"
  return suffix === '' ? text : text + suffix;
}

/** The common part of spreadsheet expressions: text before and after, `,` for thousands, decimals, `%`, and a second
 * section for negative values. */
function byExpression(value: number, expression: string, short: boolean): string {
  const sections = expression.split(';');
  const second = sections[1];
  const negative = value < 0 && second !== undefined && second !== '';
  const section = (negative ? second : sections[0]) ?? '';
  const plain = section.replace(/\[\$([^\]-]*)[^\]]*\]/g, '"$1"').replace(/\[[^\]]*\]/g, '');
  const match = /^((?:"[^"]*"|\\.|[^#0.,"\\])*)([#0.,]*)((?:.|\n)*)$/.exec(plain);
  const [, before = '', digits = '', after = ''] = match ?? [];
  const scale = /%/.test(before + after) ? 100 : 1;
  const fraction = digits.split('.')[1] ?? '';
  const amount = (negative ? Math.abs(value) : value) * scale;
  const text = new Intl.NumberFormat(LOCALE, {
    useGrouping: digits.includes(','),
    minimumFractionDigits: short ? 0 : fraction.replace(/[^0]/g, '').length,
    maximumFractionDigits: short ? 1 : fraction.replace(/[^#0]/g, '').length,
    ...(short && scale === 1 ? { notation: 'compact' as const } : {}),
  }).format(amount);
  const sign = text.startsWith('-') ? '-' : '';
  return sign + literal(before) + text.slice(sign.length) + literal(after);
}

function literal(text: string): string {
  return text.replace(/"([^"]*)"/g, '$1').replace(/\\(.)/g, '$1').replace(/[_*]./g, '');
}
