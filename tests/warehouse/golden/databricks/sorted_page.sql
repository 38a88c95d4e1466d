SELECT `people`.name AS `people_name`, SUM(`people`.credit) AS `people_total_credit`
FROM `shop`.`people` AS `people`
GROUP BY 1
ORDER BY `people_total_credit` DESC NULLS FIRST, `people_name` ASC NULLS LAST
LIMIT 4 OFFSET 6
