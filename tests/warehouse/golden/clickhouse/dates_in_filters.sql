SELECT "orders".id AS "orders_id"
FROM "shop"."orders" AS "orders"
WHERE (("orders".ordered_on >= toDate32('2024-01-01') AND "orders".ordered_on < toDate32('2024-03-01')) AND "orders".ordered_at BETWEEN toDateTime64('2024-01-01 10:00:00', 6, 'UTC') AND toDateTime64('2024-02-01 00:00:00.250000', 6, 'UTC') AND (toDate32(date_trunc('month', toDate32("orders".ordered_at)))) = toDate32('2024-02-01') AND "orders".amount > (-1.5))
GROUP BY 1
ORDER BY "orders_id" ASC NULLS LAST
LIMIT 501
