SELECT SUM("orders".amount) AS "orders_revenue"
FROM "shop"."orders" AS "orders"
LIMIT 501
