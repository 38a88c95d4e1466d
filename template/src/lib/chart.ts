import { type Column, formatAxis, formatValue, pivot, type QueryResult } from '@vitrail/sdk';

/** The colour of the n-th series (from 0), for both themes. */
export function chartColor(index: number): string {
  return `var(--chart-${(index % 8) + 1})`;
}

export interface ChartSeries {
  key: string;
  label: string;
  color: string;
  /** The metric that the series shows; formats its values. */
  column: Column | undefined;
}

export interface ChartData {
  rows: readonly Record<string, unknown>[];
  series: ChartSeries[];
}

/** Rows and series of a chart: one series for each `y`, or for each value of the dimension `series`. */
export function chartData<R extends object>(
  result: QueryResult<R>,
  x: keyof R & string,
  y: (keyof R & string) | readonly (keyof R & string)[],
  series?: keyof R & string,
): ChartData {
  const fields = typeof y === 'string' ? [y] : y;
  const first = fields[0];
  if (series !== undefined && first !== undefined) {
    const wide = pivot(result.data, { x, series, y: first }, (value) => result.format(value, series));
    return {
      rows: wide.rows,
      series: wide.series.map(({ key, label }, index) => ({
        key,
        label,
        color: chartColor(index),
        column: result.column(first),
      })),
    };
  }
  return {
    rows: result.data as readonly Record<string, unknown>[],
    series: fields.map((field, index) => {
      const column = result.column(field);
      return { key: field, label: column?.label ?? field, color: chartColor(index), column };
    }),
  };
}

/** A tick of the value axis. */
export function valueTick(column: Column | undefined): (value: unknown) => string {
  return (value) => formatAxis(value, column);
}

export function fullText(value: unknown, column: Column | undefined): string {
  return formatValue(value, column);
}

/** Shares of a stack drawn to 100 %. */
export const PERCENT: Pick<Column, 'type' | 'format' | 'interval'> = {
  type: 'number',
  format: { kind: 'percent', round: 0, compact: null },
  interval: null,
};

export function isTime(column: Column | undefined): boolean {
  return column?.type === 'date' || column?.type === 'timestamp';
}
