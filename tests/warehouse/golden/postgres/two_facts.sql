WITH g0 AS (
SELECT "people".city AS d0, SUM("orders".amount) AS m0
FROM "shop"."people" AS "people"
LEFT JOIN "shop"."orders" AS "orders" ON "people".id = "orders".person_id
GROUP BY 1
), g1 AS (
SELECT "people".city AS d0, SUM("tickets".minutes) AS m0
FROM "shop"."people" AS "people"
LEFT JOIN "shop"."tickets" AS "tickets" ON "people".id = "tickets".person_id
GROUP BY 1
), g2 AS (
SELECT "people".city AS d0, COUNT("people".id) AS m0
FROM "shop"."people" AS "people"
GROUP BY 1
)
SELECT g0.d0 AS "people_city", g0.m0 AS "orders_revenue", g1.m0 AS "tickets_minutes_spent", g2.m0 AS "people_people_count"
FROM g0
INNER JOIN g1 ON ARRAY[g0.d0] = ARRAY[g1.d0]
INNER JOIN g2 ON ARRAY[g0.d0] = ARRAY[g2.d0]
ORDER BY "people_city" ASC NULLS LAST
LIMIT 501
