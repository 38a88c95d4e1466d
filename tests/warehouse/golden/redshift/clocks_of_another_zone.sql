SELECT CAST(DATE_TRUNC('day', CONVERT_TIMEZONE('UTC', 'Europe/Paris', CAST("orders".ordered_at AS TIMESTAMP))) AS DATE) AS "orders_ordered_at_day", DATE_TRUNC('hour', CONVERT_TIMEZONE('UTC', 'Europe/Paris', CAST("orders".ordered_at AS TIMESTAMP))) AS "orders_ordered_at_hour", COUNT("orders".id) AS "orders_order_count"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2
ORDER BY "orders_ordered_at_day" ASC NULLS LAST, "orders_ordered_at_hour" ASC NULLS LAST
LIMIT 501
