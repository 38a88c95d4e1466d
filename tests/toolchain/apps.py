"""Apps that tests build and open, on the demo's catalog."""

REVENUE = """\
import { useState } from 'react';
import { query, useFilterValues, useQuery } from '@vitrail/sdk';
import {
  AppShell, BarChartCard, DataTable, DateRange, type DateRangeValue, FilterBar, Grid, KpiCard, LineChartCard,
  MultiSelect, PieChartCard, StackedBarChartCard,
} from '@/components';

export default function App() {
  const [types, setTypes] = useState<string[]>([]);
  const [range, setRange] = useState<DateRangeValue | null>(null);
  const customerTypes = useFilterValues('orders', 'customers_customer_type');
  const filters = [
    { field: 'customers_customer_type', operator: 'equals', values: types },
    { field: 'orders_order_date_day', operator: 'inBetween', values: range ? [range.from, range.to] : [] },
  ] as const;

  const total = useQuery(
    query('orders')
      .metrics(['orders_total_revenue', 'orders_order_count', 'orders_average_order_value', 'orders_gross_margin'])
      .filters(filters).label('Totals'),
  );
  const trend = useQuery(
    query('orders').dimensions(['orders_order_date_month']).metrics(['orders_total_revenue', 'orders_order_count'])
      .filters(filters).sorts([{ field: 'orders_order_date_month' }]).label('Trend'),
  );
  const monthly = useQuery(
    query('orders').dimensions(['orders_order_date_month', 'stores_store_name']).metrics(['orders_total_revenue'])
      .filters(filters).sorts([{ field: 'orders_order_date_month' }]).limit(5000).label('Revenue by month and store'),
  );
  const products = useQuery(
    query('order_items').dimensions(['products_product_name']).metrics(['order_items_product_revenue'])
      .filters(filters).sorts([{ field: 'order_items_product_revenue', direction: 'desc' }]).limit(10).label('Top ten'),
  );
  const channels = useQuery(
    query('orders').dimensions(['orders_channel']).metrics(['orders_total_revenue']).filters(filters).label('Channels'),
  );
  const quarters = useQuery(
    query('orders').dimensions(['orders_order_date_quarter', 'orders_channel']).metrics(['orders_order_count'])
      .filters(filters).sorts([{ field: 'orders_order_date_quarter' }]).label('Quarters'),
  );

  return (
    <AppShell
      title="Store revenue"
      description="Monthly revenue by store, and what sells best."
      filters={
        <FilterBar onReset={() => { setTypes([]); setRange(null); }}>
          <MultiSelect label="Customer type" options={customerTypes} value={types} onChange={setTypes} />
          <DateRange label="Order date" value={range} onChange={setRange} />
        </FilterBar>
      }
    >
      <Grid columns={4}>
        <KpiCard title="Revenue" result={total} value="orders_total_revenue"
          trend={{ result: trend, x: 'orders_order_date_month', y: 'orders_total_revenue' }} />
        <KpiCard title="Orders" result={total} value="orders_order_count"
          trend={{ result: trend, x: 'orders_order_date_month', y: 'orders_order_count' }} />
        <KpiCard title="Average order value" result={total} value="orders_average_order_value" />
        <KpiCard title="Gross margin" result={total} value="orders_gross_margin" />
      </Grid>
      <LineChartCard title="Revenue by month and store" result={monthly} x="orders_order_date_month"
        y="orders_total_revenue" series="stores_store_name" />
      <Grid columns={2}>
        <BarChartCard title="Top ten products" result={products} x="products_product_name"
          y="order_items_product_revenue" horizontal topN={10} />
        <PieChartCard title="Revenue by channel" result={channels} name="orders_channel" value="orders_total_revenue" />
      </Grid>
      <StackedBarChartCard title="Orders by quarter and channel" result={quarters} x="orders_order_date_quarter"
        y="orders_order_count" series="orders_channel" />
      <DataTable title="Revenue by month and store" result={monthly} />
    </AppShell>
  );
}
"""
