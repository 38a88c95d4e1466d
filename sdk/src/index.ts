// All of it, so that `declare module '@vitrail/sdk' { interface VitrailCatalog … }` reaches the interface itself.
export * from './catalog.ts';
export { formatAxis, formatValue } from './format.ts';
export { pivot, type Pivoted, type Series } from './pivot.ts';
export {
  type AnyQuery,
  type Condition,
  type Earlier,
  type Filter,
  type Query,
  query,
  type Sort,
  type TableCalculation,
} from './query.ts';
export { start } from './start.tsx';
export { getUser, useTheme, useUser } from './context.ts';
export { type FilterValues, useFilterValues } from './use-filter-values.ts';
export { type QueryResult, useQuery } from './use-query.ts';
export type { Column, FilterOperator, Format, Problem, Scalar, Theme, TimeUnit, User } from './wire.ts';
