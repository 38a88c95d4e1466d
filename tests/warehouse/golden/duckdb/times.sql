SELECT date_trunc('hour', "orders".ordered_at) AS "orders_ordered_at_hour", date_trunc('minute', "orders".ordered_at) AS "orders_ordered_at_minute", date_trunc('second', "orders".ordered_at) AS "orders_ordered_at_second", date_trunc('millisecond', "orders".ordered_at) AS "orders_ordered_at_millisecond"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2, 3, 4
ORDER BY "orders_ordered_at_hour" ASC NULLS LAST, "orders_ordered_at_minute" ASC NULLS LAST, "orders_ordered_at_second" ASC NULLS LAST, "orders_ordered_at_millisecond" ASC NULLS LAST
LIMIT 501
