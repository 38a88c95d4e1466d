import type { Scalar } from './wire.ts';

/**
 * What can be asked. `.vitrail/catalog.ts` of each data app fills this interface by declaration merging, so that a
 * wrong explore or field id fails the type check:
 *
 *     interface VitrailCatalog {
 *       orders: {
 *         dimensions: { orders_order_date_month: 'date'; orders_status: 'string' };
 *         metrics: { orders_total_revenue: 'number' };
 *         parameters: { region: 'EMEA' | 'APAC' };
 *       };
 *     }
 */
// biome-ignore lint: an interface is the one thing in TypeScript that a generated file can add to.
export interface VitrailCatalog {}

export type FieldType = 'string' | 'number' | 'date' | 'timestamp' | 'boolean';

/** The JavaScript value of a field in a row. Dates and timestamps are ISO strings; anything may be null. */
export type Value<T> = T extends 'number' ? number | null : T extends 'boolean' ? boolean | null : string | null;

type Dimensions<E extends ExploreName> = VitrailCatalog[E] extends { dimensions: infer D } ? D : never;
type Metrics<E extends ExploreName> = VitrailCatalog[E] extends { metrics: infer M } ? M : never;

/** The parameters that an explore takes, by name; of one that says none, any. */
export type ParameterValues<E extends ExploreName> = VitrailCatalog[E] extends { parameters: infer P }
  ? Partial<Readonly<P>>
  : Readonly<Record<string, Scalar | readonly Scalar[]>>;

export type ExploreName = keyof VitrailCatalog & string;
export type DimensionId<E extends ExploreName> = keyof Dimensions<E> & string;
export type MetricId<E extends ExploreName> = keyof Metrics<E> & string;
export type FieldId<E extends ExploreName> = DimensionId<E> | MetricId<E>;

/** The part of a row that the chosen fields make. */
export type DimensionRow<E extends ExploreName, D extends string> = {
  [K in D]: K extends keyof Dimensions<E> ? Value<Dimensions<E>[K]> : never;
};
export type MetricRow<E extends ExploreName, M extends string> = {
  [K in M]: K extends keyof Metrics<E> ? Value<Metrics<E>[K]> : never;
};
