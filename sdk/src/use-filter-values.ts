import { useMemo } from 'react';
import type { DimensionId, ExploreName } from './catalog.ts';
import type { AnyQuery } from './query.ts';
import { useQuery } from './use-query.ts';
import type { Problem, WireQuery } from './wire.ts';

/** The values a dimension takes, for a select. */
export interface FilterValues {
  readonly values: readonly { readonly value: string; readonly label: string }[];
  readonly loading: boolean;
  readonly error: Problem | null;
  /** There are more values than came. */
  readonly truncated: boolean;
}

const MOST_VALUES = 1000;

/** Asks for the distinct values of one dimension, in order. Empty values are left out. */
export function useFilterValues<E extends ExploreName>(explore: E, dimension: DimensionId<E>): FilterValues {
  const question = useMemo((): AnyQuery<Record<string, unknown>> => {
    const wire: WireQuery = {
      exploreName: explore,
      dimensions: [dimension],
      metrics: [],
      filters: {},
      sorts: [{ fieldId: dimension, descending: false }],
      limit: MOST_VALUES,
      tableCalculations: [],
      parameters: {},
    };
    return { wire, title: `Values of ${dimension}` };
  }, [explore, dimension]);
  const { data, format, loading, error, truncated } = useQuery(question);
  return useMemo(() => {
    const values = data
      .map((row) => row[dimension])
      .filter((value) => value !== null && value !== '')
      .map((value) => ({ value: String(value), label: format(value, dimension) }));
    return { values, loading, error, truncated };
  }, [data, dimension, format, loading, error, truncated]);
}
