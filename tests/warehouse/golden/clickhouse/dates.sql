SELECT "orders".ordered_at AS "orders_ordered_at_raw", toDate32(date_trunc('year', toDate32("orders".ordered_at))) AS "orders_ordered_at_year", toDate32(date_trunc('quarter', toDate32("orders".ordered_at))) AS "orders_ordered_at_quarter", toDate32(date_trunc('month', toDate32("orders".ordered_at))) AS "orders_ordered_at_month", toDate32(date_trunc('week', toDate32("orders".ordered_at))) AS "orders_ordered_at_week", toDate32(date_trunc('day', toDate32("orders".ordered_at))) AS "orders_ordered_at_day"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY "orders_ordered_at_raw" ASC NULLS LAST, "orders_ordered_at_year" ASC NULLS LAST, "orders_ordered_at_quarter" ASC NULLS LAST, "orders_ordered_at_month" ASC NULLS LAST, "orders_ordered_at_week" ASC NULLS LAST, "orders_ordered_at_day" ASC NULLS LAST
LIMIT 501
