SELECT "orders".id AS "orders_id"
FROM "shop"."orders" AS "orders"
WHERE (("orders".ordered_on >= DATE '2024-01-01' AND "orders".ordered_on < DATE '2024-03-01') AND "orders".ordered_at BETWEEN TIMESTAMP '2024-01-01 10:00:00' AND TIMESTAMP '2024-02-01 00:00:00.250000' AND (CAST(DATE_TRUNC('month', "orders".ordered_at) AS DATE)) = DATE '2024-02-01' AND "orders".amount > (-1.5))
GROUP BY 1
ORDER BY "orders_id" ASC NULLS LAST
LIMIT 501
