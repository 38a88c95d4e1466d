SELECT date_trunc('hour', toStartOfSecond(toDateTime64("orders".ordered_at, 6, 'UTC'))) AS "orders_ordered_at_hour", date_trunc('minute', toStartOfSecond(toDateTime64("orders".ordered_at, 6, 'UTC'))) AS "orders_ordered_at_minute", toStartOfSecond(toDateTime64("orders".ordered_at, 6, 'UTC')) AS "orders_ordered_at_second", date_trunc('millisecond', toDateTime64("orders".ordered_at, 6, 'UTC')) AS "orders_ordered_at_millisecond"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2, 3, 4
ORDER BY "orders_ordered_at_hour" ASC NULLS LAST, "orders_ordered_at_minute" ASC NULLS LAST, "orders_ordered_at_second" ASC NULLS LAST, "orders_ordered_at_millisecond" ASC NULLS LAST
LIMIT 501
