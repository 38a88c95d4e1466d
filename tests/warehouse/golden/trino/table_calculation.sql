SELECT "people_name", "people_total_credit", "share"
FROM (
SELECT answer.*, ("people_total_credit" / sum("people_total_credit") over ()) AS "share"
FROM (
SELECT "people".name AS "people_name", SUM("people".credit) AS "people_total_credit"
FROM "shop"."people" AS "people"
GROUP BY 1
) AS answer
) AS calculated
ORDER BY "people_name" ASC NULLS LAST
LIMIT 501
