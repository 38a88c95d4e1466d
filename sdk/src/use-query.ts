import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { formatValue } from './format.ts';
import type { AnyQuery } from './query.ts';
import { ask, keyOf, read, subscribe } from './store.ts';
import type { Answer, Column, Problem } from './wire.ts';

/** The state of a question, with rows of shape R (objects by field id). */
export interface QueryResult<R extends object = object> {
  readonly data: readonly R[];
  readonly columns: readonly Column[];
  column(field: keyof R & string): Column | undefined;
  /** A value, or a row's value of that field, as the semantic layer formats it. */
  format(rowOrValue: unknown, field: keyof R & string): string;
  /** Rows that came. */
  readonly totalResults: number;
  /** There were more rows than `limit`. */
  readonly truncated: boolean;
  readonly limit: number;
  /** Each metric over all rows (asked for with `.totals()`); null under dimensions, and until it is there. */
  readonly totals: Partial<R> | null;
  /** When the warehouse gave the data, as an ISO time: earlier than now where an answer was kept. Null until it is there. */
  readonly asOf: string | null;
  readonly loading: boolean;
  readonly error: Problem | null;
  /** Asks the warehouse anew, whatever answer is kept. */
  refetch(): void;
}

interface Table<R> {
  data: R[];
  columns: Column[];
  totals: Partial<R> | null;
}

const NOTHING: Table<never> = { data: [], columns: [], totals: null };

/** Asks a question and follows its answer; `null` asks nothing. While a changed question is on its way, the rows of the
 * one before stay (with `loading`), as long as both have the same columns. */
export function useQuery<R extends object>(query: AnyQuery<R> | null): QueryResult<R> {
  const key = query === null ? null : keyOf(query.wire);
  const latest = useRef(query);
  latest.current = query;

  const entry = useSyncExternalStore(
    useCallback((listener: () => void) => (key === null ? () => undefined : subscribe(key, listener)), [key]),
    () => read(key),
  );
  useEffect(() => {
    if (key !== null && latest.current !== null) ask(latest.current.wire, latest.current.title);
  }, [key]);

  const shown = useRef<{ columns: string; answer: Answer } | null>(null);
  const wanted = query === null ? '' : columnsOf(query);
  if (entry.answer !== null) shown.current = { columns: wanted, answer: entry.answer };
  else if (entry.error !== null || shown.current?.columns !== wanted) shown.current = null;
  const answer = shown.current?.answer ?? null;

  const table = useMemo(() => (answer === null ? NOTHING : tableOf<R>(answer)), [answer]);
  const refetch = useCallback(() => {
    if (latest.current !== null) ask(latest.current.wire, latest.current.title, true);
  }, []);

  // Before the first effect has asked, the answer is already awaited.
  const loading = query !== null && (entry.loading || (entry.answer === null && entry.error === null));
  return useMemo(() => {
    const byId = new Map(table.columns.map((column) => [column.id, column]));
    return {
      data: table.data,
      columns: table.columns,
      column: (field) => byId.get(field),
      format: (rowOrValue, field) => formatValue(valueOf(rowOrValue, field), byId.get(field)),
      totalResults: table.data.length,
      truncated: answer?.truncated ?? false,
      limit: answer?.limit ?? 0,
      totals: table.totals,
      asOf: answer?.asOf ?? null,
      loading,
      error: entry.error,
      refetch,
    };
  }, [table, answer, loading, entry.error, refetch]);
}

function columnsOf(query: AnyQuery): string {
  const { dimensions, metrics, tableCalculations } = query.wire;
  return [...dimensions, ...metrics, ...tableCalculations.map((calculation) => calculation.name)].join('\n');
}

function tableOf<R>(answer: Answer): Table<R> {
  const ids = answer.columns.map((column) => column.id);
  const objectOf = (row: readonly unknown[]): R => {
    const found: Record<string, unknown> = {};
    for (let index = 0; index < ids.length; index += 1) found[ids[index] as string] = row[index] ?? null;
    return found as R;
  };
  return {
    data: answer.rows.map(objectOf),
    columns: answer.columns,
    totals: answer.totals ? objectOf(answer.totals) : null,
  };
}

function valueOf(rowOrValue: unknown, field: string): unknown {
  if (typeof rowOrValue === 'object' && rowOrValue !== null) return (rowOrValue as Record<string, unknown>)[field];
  return rowOrValue;
}
