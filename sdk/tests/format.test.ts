import { describe, expect, it } from 'vitest';
import { formatAxis, formatValue } from '../src/format.ts';
import type { Column } from '../src/wire.ts';

function column(part: Partial<Column> & { kindOf?: string; round?: number; compact?: string }): Column {
  const { kindOf, round, compact, ...rest } = part;
  const format =
    kindOf === undefined && round === undefined && compact === undefined
      ? null
      : { kind: kindOf ?? null, round: round ?? null, compact: compact ?? null };
  return { id: 'a', type: 'number', label: 'A', kind: 'metric', interval: null, format, ...rest };
}

describe('numbers', () => {
  it.each([
    [1234.5, column({ kindOf: 'usd' }), '$1,235'],
    [12.5, column({ kindOf: 'usd' }), '$12.50'],
    [-12.5, column({ kindOf: 'eur' }), '-€12.50'],
    [1234.567, column({ kindOf: 'gbp', round: 1 }), '£1,234.6'],
    [1234.5, column({ kindOf: 'jpy' }), '¥1,235'],
    [0.1234, column({ kindOf: 'percent' }), '12.3%'],
    [0.1234, column({ kindOf: 'percent', round: 2 }), '12.34%'],
    [1234567, column({ compact: 'millions' }), '1.23M'],
    [1234567, column({ kindOf: 'usd', compact: 'thousands', round: 0 }), '$1,235K'],
    [12.3456, column({}), '12.35'],
    [1234567, column({}), '1,234,567'],
    [12345, column({ kindOf: 'id' }), '12345'],
    [2024, column({ interval: 'YEAR_NUM', kind: 'dimension' }), '2024'],
    [12, column({ kindOf: 'km' }), '12 km'],
    [-0, column({}), '0'],
    ['1234.5', column({}), '1,234.5'],
  ])('%s as %j is %s', (value, shape, text) => {
    expect(formatValue(value, shape)).toBe(text);
  });

  it.each([
    [1234.5, '$#,##0.00', '$1,234.50'],
    [-1234.5, '$#,##0.00', '-$1,234.50'],
    [0.256, '0.0%', '25.6%'],
    [1234.5, '[$€-407]#,##0', '€1,235'],
    [1234.5, '#,##0.0 "units"', '1,234.5 units'],
    [-5, '0;(0)', '(5)'],
    [15430.75436, '[$$]#,##0,"K"', '$15K'],
    [13334567, '[$$]#,##0.00,,"M"', '$13.33M'],
    [505430, '$#,##0.00," K"', '$505.43 K'],
    [100000, '#,##0.00" km"', '100,000.00 km'],
    [12345232, '0', '12345232'],
    [56.7856, '0', '57'],
    [7, '000', '007'],
    [0.002, '#,##0.00%', '0.20%'],
    [0.6758, '#,##0.00%', '67.58%'],
    [0, '0.0;-0.0;"none"', 'none'],
    [-500, '"⬆️ "0;"⬇️ "0;0', '⬇️ 500'],
    [200, '"⬆️ "0;"⬇️ "0;0', '⬆️ 200'],
    [-0.001, '0.0', '0.0'],
    [0.5, '#.##', '.5'],
    [1234, '0.00E+00', '1.23E+3'],
    [5, '[Red]0" ;"', '5 ;'],
    [5, '0_)', '5'],
  ])('%s by the expression %s is %s', (value, expression, text) => {
    expect(formatValue(value, column({ kindOf: expression }))).toBe(text);
  });

  it.each([
    ['spacePeriod', '1 234 567.8'],
    ['periodComma', '1.234.567,8'],
    ['noSeparatorPeriod', '1234567.8'],
    ['apostrophePeriod', "1'234'567.8"],
    ['commaPeriod', '1,234,567.8'],
  ])('separated by %s', (separator, text) => {
    const shape = column({ round: 1 });
    expect(formatValue(1_234_567.8, { ...shape, format: { kind: null, round: 1, compact: null, separator } })).toBe(text);
  });

  it('counts bytes by a thousand or by 1024', () => {
    expect(formatValue(1_500_000, column({ compact: 'megabytes' }))).toBe('1.5MB');
    expect(formatValue(3 * 1024 ** 3, column({ compact: 'gibibytes', round: 0 }))).toBe('3GiB');
  });

  it('is short on an axis', () => {
    expect(formatAxis(1_234_567, column({ kindOf: 'usd' }))).toBe('$1.2M');
    expect(formatAxis(12_000, column({}))).toBe('12K');
    expect(formatAxis(0.5, column({ kindOf: 'percent' }))).toBe('50%');
  });

  it('says nothing of what is not there', () => {
    for (const value of [null, undefined, '', Number.NaN]) expect(formatValue(value, column({}))).toBe('–');
    expect(formatValue(true, column({ type: 'boolean' }))).toBe('Yes');
    expect(formatValue('as it is')).toBe('as it is');
    expect(formatValue('2 weeks', column({ type: 'string', kindOf: '"Delivered in "@' }))).toBe('Delivered in 2 weeks');
    expect(formatValue('$&', column({ type: 'string', kindOf: '0;0;0;"<"@">"' }))).toBe('<$&>');
  });
});

describe('dates', () => {
  it.each([
    ['2024-03-01', 'YEAR', '2024', '2024'],
    ['2024-07-01', 'QUARTER', 'Q3 2024', 'Q3 2024'],
    ['2024-03', 'MONTH', 'Mar 2024', 'Mar 2024'],
    ['2024-03-04', 'WEEK', 'Week of Mar 4, 2024', 'Mar 4'],
    ['2024-12-31', 'DAY', 'Dec 31, 2024', 'Dec 31'],
    ['2024-03-04T10:00:00', 'HOUR', 'Mar 4, 2024, 10:00', 'Mar 4 10:00'],
    ['2024-03-04T10:05:06Z', null, 'Mar 4, 2024, 10:05', 'Mar 4'],
    ['2024-03-04', null, 'Mar 4, 2024', 'Mar 4'],
  ])('%s by %s is %s, short %s', (value, interval, long, short) => {
    const shape = column({ type: value.includes('T') ? 'timestamp' : 'date', interval });
    expect(formatValue(value, shape)).toBe(long);
    expect(formatAxis(value, shape).startsWith(short)).toBe(true);
  });

  it.each([
    ['2023-09-05T15:45:00Z', 'm/d/yyyy h:mm AM/PM', '9/5/2023 3:45 PM'],
    ['2024-01-20T08:30:00Z', 'm/d/yyyy h:mm AM/PM', '1/20/2024 8:30 AM'],
    ['2023-09-05T15:45:00Z', 'dddd', 'Tuesday'],
    ['2024-01-20', 'dd.mm.yy', '20.01.24'],
    ['2024-01-20', 'd mmmm yyyy', '20 January 2024'],
    ['2024-01-20T08:03:07.256', 'hh:mm:ss.00', '08:03:07.25'],
    ['2024-01-20T08:03:07', 'mm:ss', '03:07'],
    ['2024-01-20', '"Week of "mmm d', 'Week of Jan 20'],
  ])('%s by the expression %s is %s', (value, kind, text) => {
    const shape = column({ type: value.includes('T') ? 'timestamp' : 'date', kindOf: kind });
    expect(formatValue(value, shape)).toBe(text);
  });

  it('leaves what is no date as it is', () => {
    expect(formatValue('soon', column({ type: 'date' }))).toBe('soon');
    expect(formatValue('2024-13-01', column({ type: 'date' }))).toBe('2024-13-01');
  });
});
