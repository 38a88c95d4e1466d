import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import './catalog.ts';
import type { Host } from '../src/host.ts';
import { query } from '../src/query.ts';
import { forgetAll } from '../src/store.ts';
import { useFilterValues } from '../src/use-filter-values.ts';
import { type QueryResult, useQuery } from '../src/use-query.ts';
import type { Answer, WireQuery } from '../src/wire.ts';

interface Asked {
  query: WireQuery;
  refresh: boolean;
  answer(rows: unknown[][], totals?: unknown[] | null, asOf?: string): Promise<void>;
  fail(reason: unknown): Promise<void>;
}

let asked: Asked[];
let root: Root;
let refreshed: () => void;

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  asked = [];
  forgetAll();
  const host: Host = {
    user: { name: 'Vera', email: 'vera@example.com' },
    params: {},
    theme: () => 'light',
    onTheme: () => () => undefined,
    onRefresh: (listener) => {
      refreshed = listener;
      return () => undefined;
    },
    report: () => undefined,
    query: (wire, _label, refresh) =>
      new Promise<Answer>((resolve, reject) => {
        asked.push({
          query: wire,
          refresh,
          answer: (rows, totals = null, asOf = '2026-11-25T10:00:00Z') =>
            act(async () =>
              resolve({ columns: columnsOf(wire), rows, truncated: false, limit: 500, durationMs: 1, asOf, totals }),
            ),
          fail: (reason) => act(async () => reject(reason)),
        });
      }),
  };
  globalThis.__vitrail = host;
  root = createRoot(document.createElement('div'));
});

afterEach(async () => {
  await act(async () => root.unmount());
  globalThis.__vitrail = undefined;
});

function columnsOf(wire: WireQuery): Answer['columns'] {
  return [...wire.dimensions, ...wire.metrics].map((id) => ({
    id,
    type: id.includes('revenue') ? 'number' : 'string',
    label: id,
    format: id.includes('revenue') ? { kind: 'usd', round: null, compact: null } : null,
    kind: 'metric',
    interval: null,
  }));
}

const byStatus = query('orders').dimensions(['orders_status']).metrics(['orders_total_revenue']);

describe('useQuery', () => {
  it('is loading, then has rows by field id, formatted by their column', async () => {
    const seen: QueryResult<{ orders_total_revenue: number | null }>[] = [];
    function Page(): null {
      seen.push(useQuery(byStatus));
      return null;
    }
    await act(async () => root.render(<Page />));
    expect(seen[0]?.loading).toBe(true);
    await asked[0]?.answer([['paid', 1200]]);
    const last = seen.at(-1);
    expect(last?.loading).toBe(false);
    expect(last?.data).toEqual([{ orders_status: 'paid', orders_total_revenue: 1200 }]);
    expect(last?.format(last.data[0], 'orders_total_revenue')).toBe('$1,200');
    expect(last?.format(5, 'orders_total_revenue')).toBe('$5.00');
  });

  it('has totals by field id when they were asked for', async () => {
    const seen: QueryResult<{ orders_total_revenue: number | null }>[] = [];
    function Page(): null {
      seen.push(useQuery(byStatus.totals()));
      return null;
    }
    await act(async () => root.render(<Page />));
    expect(seen.at(-1)?.totals).toBeNull();
    await asked[0]?.answer([['paid', 1200]], [null, 1500]);
    expect(seen.at(-1)?.totals).toEqual({ orders_status: null, orders_total_revenue: 1500 });
  });

  it('asks equal questions once, and different ones at the same time', async () => {
    function Page(): null {
      useQuery(byStatus);
      useQuery(query('orders').dimensions(['orders_status']).metrics(['orders_total_revenue']));
      useQuery(byStatus.limit(3));
      useQuery(null);
      return null;
    }
    await act(async () => root.render(<Page />));
    expect(asked).toHaveLength(2);
  });

  it('drops the answer of a question that is no longer asked, and keeps the rows shown till the new ones come', async () => {
    let shown: QueryResult | null = null;
    function Page({ status }: { status: string }): null {
      shown = useQuery(byStatus.filters([{ field: 'orders_status', operator: 'equals', values: [status] }]));
      return null;
    }
    const now = (): QueryResult => shown as unknown as QueryResult;
    await act(async () => root.render(<Page status="a" />));
    await asked[0]?.answer([['a', 1]]);
    await act(async () => root.render(<Page status="b" />));
    expect(now().loading).toBe(true);
    expect(now().data).toEqual([{ orders_status: 'a', orders_total_revenue: 1 }]);
    await act(async () => root.render(<Page status="c" />));
    await asked[2]?.answer([['c', 3]]);
    await asked[1]?.answer([['b', 2]]);
    expect(now().data).toEqual([{ orders_status: 'c', orders_total_revenue: 3 }]);
    await act(async () => root.render(<Page status="a" />));
    expect(asked).toHaveLength(3);
    expect(now().data).toEqual([{ orders_status: 'a', orders_total_revenue: 1 }]);
  });

  it('tells cause and cure of a failure, and asks again on refetch', async () => {
    let shown: QueryResult | null = null;
    function Page(): null {
      shown = useQuery(byStatus);
      return null;
    }
    const now = (): QueryResult => shown as unknown as QueryResult;
    await act(async () => root.render(<Page />));
    await asked[0]?.fail({ title: 'Not allowed', cause: 'c', cure: 'd' });
    expect(now().error).toEqual({ title: 'Not allowed', cause: 'c', cure: 'd' });
    expect(now().loading).toBe(false);
    await act(async () => now().refetch());
    await asked[1]?.answer([['paid', 1]]);
    expect(now().error).toBeNull();
    expect(now().totalResults).toBe(1);
  });

  it('tells how old the answer is, and refetch asks the warehouse anew', async () => {
    let shown: QueryResult | null = null;
    function Page(): null {
      shown = useQuery(byStatus);
      return null;
    }
    const now = (): QueryResult => shown as unknown as QueryResult;
    await act(async () => root.render(<Page />));
    expect(now().asOf).toBeNull();
    await asked[0]?.answer([['paid', 1]]);
    expect(now().asOf).toBe('2026-11-25T10:00:00Z');
    await act(async () => now().refetch());
    expect(asked.map(({ refresh }) => refresh)).toEqual([false, true]);
    expect(now().asOf).toBe('2026-11-25T10:00:00Z');
    await asked[1]?.answer([['paid', 2]], null, '2026-11-25T10:05:00Z');
    expect(now().asOf).toBe('2026-11-25T10:05:00Z');
  });

  it('asks what is shown anew when the viewer wants it, and forgets what is not', async () => {
    const of = (status: string) => byStatus.filters([{ field: 'orders_status', operator: 'equals', values: [status] }]);
    function Page({ status }: { status: string }): null {
      useQuery(of(status));
      return null;
    }
    await act(async () => root.render(<Page status="a" />));
    await asked[0]?.answer([['a', 1]]);
    await act(async () => root.render(<Page status="b" />));
    await asked[1]?.answer([['b', 2]]);
    await act(async () => refreshed());
    expect(asked.slice(2).map(({ query: { filters }, refresh }) => [filters, refresh])).toEqual([[of('b').wire.filters, true]]);
    await asked[2]?.answer([['b', 3]]);
    await act(async () => root.render(<Page status="a" />));
    expect(asked).toHaveLength(4);
  });

  it('may leave the page before the answer comes', async () => {
    function Page(): null {
      useQuery(byStatus);
      return null;
    }
    await act(async () => root.render(<Page />));
    await act(async () => root.render(null));
    await asked[0]?.answer([['paid', 1]]);
    expect(asked).toHaveLength(1);
  });
});

it('useFilterValues asks one dimension and leaves out empty values', async () => {
  let values: readonly { value: string }[] = [];
  function Page(): null {
    values = useFilterValues('orders', 'orders_status').values;
    return null;
  }
  await act(async () => root.render(<Page />));
  expect(asked[0]?.query.dimensions).toEqual(['orders_status']);
  await asked[0]?.answer([['paid'], [null], [''], ['new']]);
  expect(values.map(({ value }) => value)).toEqual(['paid', 'new']);
});
