SELECT toDate32(date_trunc('day', toDate32(toDateTime64(toString(toTimeZone(toDateTime64("orders".ordered_at, 6, 'UTC'), 'Europe/Paris')), 6, 'UTC')))) AS "orders_ordered_at_day", date_trunc('hour', toStartOfSecond(toDateTime64(toDateTime64(toString(toTimeZone(toDateTime64("orders".ordered_at, 6, 'UTC'), 'Europe/Paris')), 6, 'UTC'), 6, 'UTC'))) AS "orders_ordered_at_hour", COUNT("orders".id) AS "orders_order_count"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2
ORDER BY "orders_ordered_at_day" ASC NULLS LAST, "orders_ordered_at_hour" ASC NULLS LAST
LIMIT 501
