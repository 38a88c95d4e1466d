/** The shapes that travel between an app and its host: Lightdash's metric query, and its answer. */

export type Scalar = string | number | boolean | null;

export type FilterOperator =
  | 'isNull'
  | 'notNull'
  | 'equals'
  | 'notEquals'
  | 'startsWith'
  | 'endsWith'
  | 'include'
  | 'doesNotInclude'
  | 'lessThan'
  | 'lessThanOrEqual'
  | 'greaterThan'
  | 'greaterThanOrEqual'
  | 'inThePast'
  | 'notInThePast'
  | 'inTheNext'
  | 'inTheCurrent'
  | 'notInTheCurrent'
  | 'inBetween'
  | 'notInBetween';

export type TimeUnit =
  | 'milliseconds'
  | 'seconds'
  | 'minutes'
  | 'hours'
  | 'days'
  | 'weeks'
  | 'months'
  | 'quarters'
  | 'years';

export interface WireFilterRule {
  target: { fieldId: string };
  operator: FilterOperator;
  values: Scalar[];
  settings?: { unitOfTime?: TimeUnit; completed?: boolean };
}
export type WireFilterGroup = { and: WireFilterNode[] } | { or: WireFilterNode[] };
export type WireFilterNode = WireFilterRule | WireFilterGroup;

export type CalculationType =
  | 'percent_of_column_total'
  | 'percent_of_previous_value'
  | 'percent_change_from_previous'
  | 'change_from_previous'
  | 'rank_in_column'
  | 'running_total'
  | 'moving_average';

export interface WireTableCalculation {
  name: string;
  displayName?: string;
  sql?: string;
  template?: { type: CalculationType; fieldId: string; partitionBy?: string[]; offset?: number; rows?: number };
}

export type Period = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** A metric in an earlier period. */
export interface WireEarlierMetric {
  name: string;
  label?: string;
  baseMetricId: string;
  timeDimensionId: string;
  granularity: Period;
  periodOffset?: number;
}

export interface WireQuery {
  exploreName: string;
  dimensions: string[];
  metrics: string[];
  filters: { dimensions?: WireFilterGroup; metrics?: WireFilterGroup };
  sorts: { fieldId: string; descending: boolean }[];
  limit?: number;
  tableCalculations: WireTableCalculation[];
  additionalMetrics?: WireEarlierMetric[];
  totals?: true;
  parameters: Record<string, Scalar | Scalar[]>;
}

/** How a value is shown: Lightdash's `format` word (or a spreadsheet expression), decimals, and a unit to shorten to. */
export interface Format {
  kind: string | null;
  round: number | null;
  compact: string | null;
  separator?: string | null;
}

export interface Column {
  id: string;
  type: 'string' | 'number' | 'date' | 'timestamp' | 'boolean';
  label: string;
  format: Format | null;
  kind: 'dimension' | 'metric' | 'calculation';
  /** For a time dimension: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, … */
  interval: string | null;
}

/** The host's answer: rows as arrays in the order of `columns`. */
export interface Answer {
  columns: Column[];
  rows: unknown[][];
  truncated: boolean;
  limit: number;
  durationMs: number;
  /** When the warehouse gave it, as an ISO time: earlier than now where the server kept the answer. */
  asOf?: string;
  /** Each metric over all rows, in the order of `columns`; there when the question asked for it. */
  totals?: unknown[] | null;
}

/** What went wrong, why, and what the reader can do about it. */
export interface Problem {
  title: string;
  cause: string;
  cure: string;
}

export interface User {
  id?: string;
  name: string;
  email: string;
}

export type Theme = 'light' | 'dark';
