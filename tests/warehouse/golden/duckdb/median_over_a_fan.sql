WITH g0 AS (
SELECT d0, MEDIAN(CAST(m0 AS DOUBLE)) AS m0, COUNT(m1) AS m1
FROM (
  SELECT "orders".status AS d0, "people".id AS k0, ANY_VALUE("people".credit) AS m0, ANY_VALUE("people".id) AS m1
  FROM "shop"."people" AS "people"
  LEFT JOIN "shop"."orders" AS "orders" ON "people".id = "orders".person_id
GROUP BY 1, 2
) AS t
GROUP BY 1
)
SELECT g0.d0 AS "orders_status", g0.m0 AS "people_median_credit", g0.m1 AS "people_people_count"
FROM g0
ORDER BY "orders_status" ASC NULLS LAST
LIMIT 501
