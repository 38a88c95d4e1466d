SELECT DATE_TRUNC('hour', "orders".ordered_at) AS "orders_ordered_at_hour", DATE_TRUNC('minute', "orders".ordered_at) AS "orders_ordered_at_minute", DATE_TRUNC('second', "orders".ordered_at) AS "orders_ordered_at_second", DATE_TRUNC('millisecond', "orders".ordered_at) AS "orders_ordered_at_millisecond"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2, 3, 4
ORDER BY "orders_ordered_at_hour" ASC NULLS LAST, "orders_ordered_at_minute" ASC NULLS LAST, "orders_ordered_at_second" ASC NULLS LAST, "orders_ordered_at_millisecond" ASC NULLS LAST
LIMIT 501
