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
