/** A small catalog, as `.vitrail/catalog.ts` of an app would declare it. */
declare module '../src/catalog.ts' {
  interface VitrailCatalog {
    orders: {
      dimensions: { orders_order_date_month: 'date'; orders_status: 'string'; orders_is_gift: 'boolean' };
      metrics: { orders_total_revenue: 'number'; orders_order_count: 'number' };
    };
    stores: {
      dimensions: { stores_store_name: 'string' };
      metrics: { stores_store_count: 'number' };
      parameters: { currency: 'EUR' | 'USD'; 'stores.regions': string | readonly string[] };
    };
  }
}

export {};
