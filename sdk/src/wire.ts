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

export interface WireTableCalculation {
  name: string;
  displayName?: string;
  sql: string;
}

export interface WireQuery {
  exploreName: string;
  dimensions: string[];
  metrics: string[];
  filters: { dimensions?: WireFilterGroup; metrics?: WireFilterGroup };
  sorts: { fieldId: string; descending: boolean }[];
  limit?: number;
  tableCalculations: WireTableCalculation[];
  parameters: Record<string, Scalar | Scalar[]>;
}

/** How a value is shown: Lightdash's `format` word (or a spreadsheet expression), decimals, and a unit to shorten to. */
export interface Format {
  kind: string | null;
  round: number | null;
  compact: string | null;
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
