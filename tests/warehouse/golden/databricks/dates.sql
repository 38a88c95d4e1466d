SELECT `orders`.ordered_at AS `orders_ordered_at_raw`, CAST(DATE_TRUNC('year', `orders`.ordered_at) AS DATE) AS `orders_ordered_at_year`, CAST(DATE_TRUNC('quarter', `orders`.ordered_at) AS DATE) AS `orders_ordered_at_quarter`, CAST(DATE_TRUNC('month', `orders`.ordered_at) AS DATE) AS `orders_ordered_at_month`, CAST(DATE_TRUNC('week', `orders`.ordered_at) AS DATE) AS `orders_ordered_at_week`, CAST(DATE_TRUNC('day', `orders`.ordered_at) AS DATE) AS `orders_ordered_at_day`
FROM `shop`.`orders` AS `orders`
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY `orders_ordered_at_raw` ASC NULLS LAST, `orders_ordered_at_year` ASC NULLS LAST, `orders_ordered_at_quarter` ASC NULLS LAST, `orders_ordered_at_month` ASC NULLS LAST, `orders_ordered_at_week` ASC NULLS LAST, `orders_ordered_at_day` ASC NULLS LAST
LIMIT 501
