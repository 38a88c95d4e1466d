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
  ])('%s by the expression %s is %s', (value, expression, text) => {
    expect(formatValue(value, column({ kindOf: expression }))).toBe(text);
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

  it('leaves what is no date as it is', () => {
    expect(formatValue('soon', column({ type: 'date' }))).toBe('soon');
    expect(formatValue('2024-13-01', column({ type: 'date' }))).toBe('2024-13-01');
  });
});
