import { describe, expect, it } from 'vitest';
import './catalog.ts';
import { type AnyQuery, query } from '../src/query.ts';

type Row<Q> = Q extends AnyQuery<infer R> ? R : never;

describe('query', () => {
  it('becomes the metric query of the wire', () => {
    const question = query('orders')
      .dimensions(['orders_order_date_month'])
      .metrics(['orders_total_revenue'])
      .filters([{ field: 'orders_order_date_month', operator: 'inThePast', values: [12], unit: 'months', completed: true }])
      .metricFilters([{ field: 'orders_total_revenue', operator: 'greaterThan', values: [0] }])
      .sorts([{ field: 'orders_order_date_month' }, { field: 'orders_total_revenue', direction: 'desc' }])
      .tableCalculations([{ name: 'doubled', label: 'Doubled', sql: '${orders.total_revenue} * 2' }])
      .parameters({ currency: 'EUR', regions: ['West', 'East'] })
      .limit(24)
      .label('Revenue by month');
    expect(question.wire).toEqual({
      exploreName: 'orders',
      dimensions: ['orders_order_date_month'],
      metrics: ['orders_total_revenue'],
      filters: {
        dimensions: {
          and: [
            {
              target: { fieldId: 'orders_order_date_month' },
              operator: 'inThePast',
              values: [12],
              settings: { unitOfTime: 'months', completed: true },
            },
          ],
        },
        metrics: { and: [{ target: { fieldId: 'orders_total_revenue' }, operator: 'greaterThan', values: [0] }] },
      },
      sorts: [
        { fieldId: 'orders_order_date_month', descending: false },
        { fieldId: 'orders_total_revenue', descending: true },
      ],
      limit: 24,
      tableCalculations: [{ name: 'doubled', displayName: 'Doubled', sql: '${orders.total_revenue} * 2' }],
      parameters: { currency: 'EUR', regions: ['West', 'East'] },
    });
    expect(question.title).toBe('Revenue by month');
  });

  it('knows the parameters of an explore and their options', () => {
    const question = query('stores').parameters({ currency: 'EUR', 'stores.regions': ['West', 'East'] });
    expect(question.wire.parameters).toEqual({ currency: 'EUR', 'stores.regions': ['West', 'East'] });
    // @ts-expect-error an option that is not one
    query('stores').parameters({ currency: 'GBP' });
    // @ts-expect-error a parameter that is not there
    query('stores').parameters({ curency: 'EUR' });
  });

  it('never changes: each method answers a new query', () => {
    const base = query('orders').metrics(['orders_total_revenue']);
    const monthly = base.dimensions(['orders_order_date_month']);
    expect(base.wire.dimensions).toEqual([]);
    expect(monthly.wire.dimensions).toEqual(['orders_order_date_month']);
    expect(monthly.wire.metrics).toEqual(['orders_total_revenue']);
  });

  it('adds up repeated calls, fields once', () => {
    const question = query('orders')
      .metrics(['orders_total_revenue'])
      .metrics(['orders_order_count', 'orders_total_revenue'])
      .filters([{ field: 'orders_status', operator: 'equals', values: ['paid'] }])
      .filters([{ field: 'orders_is_gift', operator: 'equals', values: [true] }]);
    expect(question.wire.metrics).toEqual(['orders_total_revenue', 'orders_order_count']);
    expect(question.wire.filters.dimensions).toEqual({
      and: [
        { and: [{ target: { fieldId: 'orders_status' }, operator: 'equals', values: ['paid'] }] },
        { target: { fieldId: 'orders_is_gift' }, operator: 'equals', values: [true] },
      ],
    });
  });

  it('leaves out conditions without a choice, at every depth', () => {
    const none: string[] = [];
    const question = query('orders')
      .metrics(['orders_total_revenue'])
      .filters([
        { field: 'orders_status', operator: 'equals', values: none },
        null,
        undefined,
        false,
        { or: [{ field: 'orders_status', operator: 'equals', values: none }, { and: [] }] },
      ]);
    expect(question.wire.filters).toEqual({});
    const kept = question.filters([
      { or: [{ field: 'orders_status', operator: 'isNull' }, { field: 'orders_status', operator: 'equals', values: none }] },
    ]);
    expect(kept.wire.filters.dimensions).toEqual({
      and: [{ or: [{ target: { fieldId: 'orders_status' }, operator: 'isNull', values: [] }] }],
    });
  });

  it('names the usual calculations, earlier periods and totals as the server knows them', () => {
    const question = query('orders')
      .dimensions(['orders_order_date_month'])
      .metrics(['orders_total_revenue'])
      .earlier([{ name: 'last_year', label: 'Last year', metric: 'orders_total_revenue', date: 'orders_order_date_month', period: 'YEAR' }])
      .tableCalculations([
        { name: 'share', type: 'percent_of_column_total', of: 'orders_total_revenue', partitionBy: ['orders_status'] },
        { name: 'smooth', label: 'Smooth', type: 'moving_average', of: 'last_year', rows: 6 },
      ])
      .totals();
    expect(question.wire.metrics).toEqual(['orders_total_revenue', 'last_year']);
    expect(question.wire.additionalMetrics).toEqual([
      {
        name: 'last_year',
        label: 'Last year',
        baseMetricId: 'orders_total_revenue',
        timeDimensionId: 'orders_order_date_month',
        granularity: 'YEAR',
      },
    ]);
    expect(question.wire.tableCalculations).toEqual([
      {
        name: 'share',
        template: { type: 'percent_of_column_total', fieldId: 'orders_total_revenue', partitionBy: ['orders_status'] },
      },
      { name: 'smooth', displayName: 'Smooth', template: { type: 'moving_average', fieldId: 'last_year', rows: 6 } },
    ]);
    expect(question.wire.totals).toBe(true);
    const row: Row<typeof question> = {
      orders_order_date_month: '2026-01-01',
      orders_total_revenue: 1,
      last_year: null,
      share: 0.5,
      smooth: 2,
    };
    expect(row.last_year).toBeNull();
    // @ts-expect-error a dimension is no metric
    query('orders').earlier([{ name: 'x', metric: 'orders_status', date: 'orders_order_date_month', period: 'YEAR' }]);
  });

  it('knows the catalog: wrong names and wrong uses of a row fail the type check', () => {
    // @ts-expect-error no such explore
    query('order');
    // @ts-expect-error a metric is no dimension
    query('orders').dimensions(['orders_total_revenue']);
    // @ts-expect-error a field of another explore
    query('orders').metrics(['stores_store_count']);
    // @ts-expect-error no such field
    query('orders').filters([{ field: 'orders_state', operator: 'isNull' }]);
    const question = query('orders')
      .dimensions(['orders_status', 'orders_is_gift'])
      .metrics(['orders_total_revenue'])
      .tableCalculations([{ name: 'share', sql: '1' }]);
    const row: Row<typeof question> = {
      orders_status: 'paid',
      orders_is_gift: null,
      orders_total_revenue: 12,
      share: 0.5,
    };
    // @ts-expect-error not asked
    expect(row.orders_order_count).toBeUndefined();
    const revenue: number | null = row.orders_total_revenue;
    expect(revenue).toBe(12);
  });
});
