import { expect, it } from 'vitest';
import { pivot } from '../src/pivot.ts';

it('gives each value of the series a column, the biggest first', () => {
  const rows = [
    { month: '2024-01', store: 'Lyon', revenue: 1 },
    { month: '2024-01', store: 'Nice', revenue: 5 },
    { month: '2024-02', store: 'Nice', revenue: 6 },
    { month: '2024-02', store: null, revenue: null },
  ];
  expect(pivot(rows, { x: 'month', series: 'store', y: 'revenue' })).toEqual({
    rows: [
      { month: '2024-01', s0: 5, s1: 1 },
      { month: '2024-02', s0: 6, s2: null },
    ],
    series: [
      { key: 's0', label: 'Nice' },
      { key: 's1', label: 'Lyon' },
      { key: 's2', label: 'None' },
    ],
  });
});

it('is not led astray by values that are names of object properties', () => {
  const rows = [{ x: '__proto__', series: 'constructor', y: 1 }];
  const { series, rows: wide } = pivot(rows, { x: 'x', series: 'series', y: 'y' });
  expect(series).toEqual([{ key: 's0', label: 'constructor' }]);
  expect(wide[0]?.s0).toBe(1);
});
