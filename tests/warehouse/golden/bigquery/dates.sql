SELECT `orders`.ordered_at AS `orders_ordered_at_raw`, DATE_TRUNC(CAST(`orders`.ordered_at AS DATE), year) AS `orders_ordered_at_year`, DATE_TRUNC(CAST(`orders`.ordered_at AS DATE), quarter) AS `orders_ordered_at_quarter`, DATE_TRUNC(CAST(`orders`.ordered_at AS DATE), month) AS `orders_ordered_at_month`, DATE_TRUNC(CAST(`orders`.ordered_at AS DATE), ISOWEEK) AS `orders_ordered_at_week`, DATE_TRUNC(CAST(`orders`.ordered_at AS DATE), day) AS `orders_ordered_at_day`
FROM `shop`.`orders` AS `orders`
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY `orders_ordered_at_raw` ASC NULLS LAST, `orders_ordered_at_year` ASC NULLS LAST, `orders_ordered_at_quarter` ASC NULLS LAST, `orders_ordered_at_month` ASC NULLS LAST, `orders_ordered_at_week` ASC NULLS LAST, `orders_ordered_at_day` ASC NULLS LAST
LIMIT 501
