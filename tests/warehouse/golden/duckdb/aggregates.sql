SELECT "people".city AS "people_city", COUNT("people".id) AS "people_people_count", AVG("people".credit) AS "people_average_credit", MEDIAN(CAST("people".credit AS DOUBLE)) AS "people_median_credit", QUANTILE_CONT(CAST("people".credit AS DOUBLE), 0.75) AS "people_p75_credit", MAX("people".credit) AS "people_highest_credit", SUM(CASE WHEN "people".city = 'Rome' THEN "people".credit END) AS "people_roman_credit", (SUM("people".credit)) / nullif((COUNT("people".id)), 0) AS "people_credit_per_person"
FROM "shop"."people" AS "people"
GROUP BY 1
ORDER BY "people_city" ASC NULLS LAST
LIMIT 501
