WITH g0 AS (
SELECT d0, SUM(m0) AS m0
FROM (
  SELECT "tickets".topic AS d0, "visits".__vitrail_row AS k0, MAX("visits".seconds) AS m0
  FROM (SELECT "visits".*, ROW_NUMBER() OVER () AS __vitrail_row FROM "shop"."visits" AS "visits") AS "visits"
  LEFT JOIN "shop"."tickets" AS "tickets" ON "visits".person_id = "tickets".person_id
GROUP BY 1, 2
) AS t
GROUP BY 1
), g1 AS (
SELECT d0, SUM(m0) AS m0
FROM (
  SELECT "tickets".topic AS d0, "tickets".__vitrail_row AS k0, MAX("tickets".minutes) AS m0
  FROM "shop"."visits" AS "visits"
  LEFT JOIN (SELECT "tickets".*, ROW_NUMBER() OVER () AS __vitrail_row FROM "shop"."tickets" AS "tickets") AS "tickets" ON "visits".person_id = "tickets".person_id
GROUP BY 1, 2
) AS t
GROUP BY 1
)
SELECT g0.d0 AS "tickets_topic", g0.m0 AS "visits_total_seconds", g1.m0 AS "tickets_minutes_spent"
FROM g0
INNER JOIN g1 ON (g0.d0 = g1.d0 OR (g0.d0 IS NULL AND g1.d0 IS NULL))
ORDER BY "tickets_topic" ASC NULLS LAST
LIMIT 501
