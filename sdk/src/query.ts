import type {
  DimensionId,
  DimensionRow,
  ExploreName,
  FieldId,
  MetricId,
  MetricRow,
  ParameterValues,
} from './catalog.ts';
import type {
  CalculationType,
  FilterOperator,
  Period,
  Scalar,
  TimeUnit,
  WireEarlierMetric,
  WireFilterGroup,
  WireFilterNode,
  WireQuery,
  WireTableCalculation,
} from './wire.ts';

/** One condition. A condition whose `values` is an empty array is left out: nothing chosen means everything. */
export interface Condition<F extends string = string> {
  field: F;
  operator: FilterOperator;
  values?: readonly Scalar[];
  /** For inThePast, inTheNext, inTheCurrent and their opposites. */
  unit?: TimeUnit;
  /** Only whole units: the running month is left out. */
  completed?: boolean;
}

/** A condition, a group of conditions, or nothing (`chosen && {…}` may be written as it is). */
export type Filter<F extends string = string> =
  | Condition<F>
  | { and: readonly Filter<F>[] }
  | { or: readonly Filter<F>[] }
  | null
  | undefined
  | false;

export interface Sort<F extends string = string> {
  field: F;
  direction?: 'asc' | 'desc';
}

/**
 * A column computed from the other columns of the result: by `sql`, which names them as `${table.field}`, or one of the
 * usual calculations `of` a column (`partitionBy`: anew for each value of these; `offset`: how many rows back is
 * previous; `rows`: of a moving average). Shares and changes are fractions: 0.25 is a quarter.
 */
export type TableCalculation<N extends string = string> = { name: N; label?: string } & (
  | { sql: string }
  | { type: CalculationType; of: string; partitionBy?: readonly string[]; offset?: number; rows?: number }
);

/** A metric in an earlier period: `count` (1) `period`s before, by a date that the query groups or filters by. */
export interface Earlier<N extends string = string, M extends string = string, D extends string = string> {
  name: N;
  label?: string;
  metric: M;
  date: D;
  period: Period;
  count?: number;
}

/** A query of any explore with rows of shape R. */
export interface AnyQuery<R extends object = object> {
  /** @internal */
  readonly row?: R;
  readonly wire: WireQuery;
  readonly title: string | null;
}

/** An immutable question: every method answers a new query. Repeated calls of one method add up. */
export class Query<E extends ExploreName, R extends object = object> implements AnyQuery<R> {
  declare readonly row?: R;

  constructor(
    readonly wire: WireQuery,
    readonly title: string | null = null,
  ) {}

  dimensions<const D extends readonly DimensionId<E>[]>(ids: D): Query<E, R & DimensionRow<E, D[number]>> {
    return this.#with({ dimensions: distinct([...this.wire.dimensions, ...ids]) });
  }

  metrics<const M extends readonly MetricId<E>[]>(ids: M): Query<E, R & MetricRow<E, M[number]>> {
    return this.#with({ metrics: distinct([...this.wire.metrics, ...ids]) });
  }

  /** Conditions on dimensions, all of which must hold. */
  filters(filters: readonly Filter<DimensionId<E>>[]): Query<E, R> {
    return this.#with({ filters: merged(this.wire.filters, 'dimensions', filters) });
  }

  /** Conditions on metrics, after aggregation. */
  metricFilters(filters: readonly Filter<MetricId<E>>[]): Query<E, R> {
    return this.#with({ filters: merged(this.wire.filters, 'metrics', filters) });
  }

  sorts(sorts: readonly Sort<FieldId<E> | (keyof R & string)>[]): Query<E, R> {
    const added = sorts.map((sort) => ({ fieldId: sort.field, descending: sort.direction === 'desc' }));
    return this.#with({ sorts: [...this.wire.sorts, ...added] });
  }

  /** Rows at most. Without it the instance's default applies; `truncated` tells when there were more. */
  limit(rows: number): Query<E, R> {
    return this.#with({ limit: rows });
  }

  /** A name for the query in logs. */
  label(title: string): Query<E, R> {
    return new Query<E, R>(this.wire, title);
  }

  tableCalculations<const N extends string>(
    calculations: readonly TableCalculation<N>[],
  ): Query<E, R & Record<N, number | null>> {
    return this.#with({ tableCalculations: [...this.wire.tableCalculations, ...calculations.map(calculation)] });
  }

  /** Metrics beside those of now, `{ name: 'last_year', metric, date, period: 'YEAR' }`: rows carry them by `name`. */
  earlier<const N extends string>(
    metrics: readonly Earlier<N, MetricId<E>, DimensionId<E>>[],
  ): Query<E, R & Record<N, number | null>> {
    const added = metrics.map(({ name, label, metric, date, period, count }): WireEarlierMetric => {
      const wire: WireEarlierMetric = { name, baseMetricId: metric, timeDimensionId: date, granularity: period };
      if (label !== undefined) wire.label = label;
      if (count !== undefined) wire.periodOffset = count;
      return wire;
    });
    return this.#with({
      metrics: distinct([...this.wire.metrics, ...added.map((metric) => metric.name)]),
      additionalMetrics: [...(this.wire.additionalMetrics ?? []), ...added],
    });
  }

  /** Asks for `totals` too: each metric over all rows, computed from the rows beneath, whatever the limit. */
  totals(): Query<E, R> {
    return this.#with({ totals: true });
  }

  /** Values for parameters of the project; one that is not set has its default. */
  parameters(values: ParameterValues<E>): Query<E, R> {
    const added: WireQuery['parameters'] = {};
    for (const [name, value] of Object.entries(values as Readonly<Record<string, Scalar | readonly Scalar[]>>)) {
      added[name] = isList(value) ? [...value] : value;
    }
    return this.#with({ parameters: { ...this.wire.parameters, ...added } });
  }

  #with<S extends object>(change: Partial<WireQuery>): Query<E, S> {
    return new Query<E, S>({ ...this.wire, ...change }, this.title);
  }
}

/** Starts a question on an explore: `query('orders').dimensions([…]).metrics([…])`. */
export function query<E extends ExploreName>(explore: E): Query<E> {
  return new Query<E>({
    exploreName: explore,
    dimensions: [],
    metrics: [],
    filters: {},
    sorts: [],
    tableCalculations: [],
    parameters: {},
  });
}

function calculation(given: TableCalculation): WireTableCalculation {
  const named = { name: given.name, ...(given.label === undefined ? {} : { displayName: given.label }) };
  if ('sql' in given) return { ...named, sql: given.sql };
  const { type, of, partitionBy, offset, rows } = given;
  const template: WireTableCalculation['template'] = { type, fieldId: of };
  if (partitionBy !== undefined) template.partitionBy = [...partitionBy];
  if (offset !== undefined) template.offset = offset;
  if (rows !== undefined) template.rows = rows;
  return { ...named, template };
}

function isList(value: Scalar | readonly Scalar[]): value is readonly Scalar[] {
  return Array.isArray(value);
}

function distinct(ids: string[]): string[] {
  return [...new Set(ids)];
}

function merged(
  filters: WireQuery['filters'],
  kind: 'dimensions' | 'metrics',
  added: readonly Filter[],
): WireQuery['filters'] {
  const nodes = added.map(node).filter((found) => found !== null);
  if (nodes.length === 0) return filters;
  const before = filters[kind];
  return { ...filters, [kind]: { and: before === undefined ? nodes : [before, ...nodes] } };
}

function node(filter: Filter): WireFilterNode | null {
  if (!filter) return null;
  if ('and' in filter) return group('and', filter.and);
  if ('or' in filter) return group('or', filter.or);
  if (filter.values !== undefined && filter.values.length === 0) return null;
  const rule: WireFilterNode = {
    target: { fieldId: filter.field },
    operator: filter.operator,
    values: [...(filter.values ?? [])],
  };
  if (filter.unit !== undefined || filter.completed !== undefined) {
    rule.settings = {};
    if (filter.unit !== undefined) rule.settings.unitOfTime = filter.unit;
    if (filter.completed !== undefined) rule.settings.completed = filter.completed;
  }
  return rule;
}

function group(kind: 'and' | 'or', filters: readonly Filter[]): WireFilterGroup | null {
  const nodes = filters.map(node).filter((found) => found !== null);
  if (nodes.length === 0) return null;
  return kind === 'and' ? { and: nodes } : { or: nodes };
}
