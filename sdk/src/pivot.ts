export interface Series {
  readonly key: string;
  readonly label: string;
}

export interface Pivoted<X extends string> {
  /** One row for each value of x, with one number for each series. */
  readonly rows: readonly (Record<X, unknown> & Record<string, unknown>)[];
  /** The biggest series first. */
  readonly series: readonly Series[];
}

/**
 * Turns long rows (x, series, y) into wide ones, as charts want them: `{month, store, revenue}` becomes
 * `{month, s0: …, s1: …}` with `series = [{key: 's0', label: 'Lyon'}, …]`. Rows keep the order in which x first came.
 */
export function pivot<R extends object, X extends keyof R & string>(
  data: readonly R[],
  fields: { x: X; series: keyof R & string; y: keyof R & string },
  label: (value: unknown) => string = String,
): Pivoted<X> {
  const names = new Map<unknown, { total: number; label: string }>();
  for (const row of data) {
    const value = row[fields.series];
    const found = names.get(value) ?? { total: 0, label: value === null ? 'None' : label(value) };
    const y = row[fields.y];
    found.total += typeof y === 'number' ? Math.abs(y) : 0;
    names.set(value, found);
  }
  const ordered = [...names].sort((a, b) => b[1].total - a[1].total || a[1].label.localeCompare(b[1].label));
  const keys = new Map(ordered.map(([value], index) => [value, `s${index}`]));

  const rows = new Map<unknown, Record<X, unknown> & Record<string, unknown>>();
  for (const row of data) {
    const x = row[fields.x];
    let wide = rows.get(x);
    if (wide === undefined) {
      wide = { [fields.x]: x } as Record<X, unknown> & Record<string, unknown>;
      rows.set(x, wide);
    }
    (wide as Record<string, unknown>)[keys.get(row[fields.series]) as string] = row[fields.y];
  }
  return {
    rows: [...rows.values()],
    series: ordered.map(([value, found]) => ({ key: keys.get(value) as string, label: found.label })),
  };
}
