WITH g0 AS (
SELECT d0, (ARRAY_AGG(m0 IGNORE NULLS ORDER BY m0)[SAFE_OFFSET(CAST(FLOOR(0.5 * (COUNT(m0) - 1)) AS INT64))] + (ARRAY_AGG(m0 IGNORE NULLS ORDER BY m0)[SAFE_OFFSET(CAST(CEIL(0.5 * (COUNT(m0) - 1)) AS INT64))] - ARRAY_AGG(m0 IGNORE NULLS ORDER BY m0)[SAFE_OFFSET(CAST(FLOOR(0.5 * (COUNT(m0) - 1)) AS INT64))]) * (0.5 * (COUNT(m0) - 1) - FLOOR(0.5 * (COUNT(m0) - 1)))) AS m0, COUNT(m1) AS m1
FROM (
  SELECT `orders`.status AS d0, `people`.id AS k0, MAX(`people`.credit) AS m0, MAX(`people`.id) AS m1
  FROM `shop`.`people` AS `people`
  LEFT JOIN `shop`.`orders` AS `orders` ON `people`.id = `orders`.person_id
GROUP BY 1, 2
) AS t
GROUP BY 1
)
SELECT g0.d0 AS `orders_status`, g0.m0 AS `people_median_credit`, g0.m1 AS `people_people_count`
FROM g0
ORDER BY `orders_status` ASC NULLS LAST
LIMIT 501
