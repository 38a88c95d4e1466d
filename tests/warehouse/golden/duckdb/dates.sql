SELECT "orders".ordered_at AS "orders_ordered_at_raw", CAST(date_trunc('year', "orders".ordered_at) AS DATE) AS "orders_ordered_at_year", CAST(date_trunc('quarter', "orders".ordered_at) AS DATE) AS "orders_ordered_at_quarter", CAST(date_trunc('month', "orders".ordered_at) AS DATE) AS "orders_ordered_at_month", CAST(date_trunc('week', "orders".ordered_at) AS DATE) AS "orders_ordered_at_week", CAST(date_trunc('day', "orders".ordered_at) AS DATE) AS "orders_ordered_at_day"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY "orders_ordered_at_raw" ASC NULLS LAST, "orders_ordered_at_year" ASC NULLS LAST, "orders_ordered_at_quarter" ASC NULLS LAST, "orders_ordered_at_month" ASC NULLS LAST, "orders_ordered_at_week" ASC NULLS LAST, "orders_ordered_at_day" ASC NULLS LAST
LIMIT 501
