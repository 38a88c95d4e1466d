SELECT CAST(date_trunc('day', timezone('Europe/Paris', timezone('UTC', CAST("orders".ordered_at AS TIMESTAMP)))) AS DATE) AS "orders_ordered_at_day", date_trunc('hour', timezone('Europe/Paris', timezone('UTC', CAST("orders".ordered_at AS TIMESTAMP)))) AS "orders_ordered_at_hour", COUNT("orders".id) AS "orders_order_count"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2
ORDER BY "orders_ordered_at_day" ASC NULLS LAST, "orders_ordered_at_hour" ASC NULLS LAST
LIMIT 501
