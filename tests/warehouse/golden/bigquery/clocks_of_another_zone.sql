SELECT DATE_TRUNC(CAST(DATETIME(CAST(`orders`.ordered_at AS TIMESTAMP), 'Europe/Paris') AS DATE), day) AS `orders_ordered_at_day`, DATETIME_TRUNC(CAST(DATETIME(CAST(`orders`.ordered_at AS TIMESTAMP), 'Europe/Paris') AS DATETIME), hour) AS `orders_ordered_at_hour`, COUNT(`orders`.id) AS `orders_order_count`
FROM `shop`.`orders` AS `orders`
GROUP BY 1, 2
ORDER BY `orders_ordered_at_day` ASC NULLS LAST, `orders_ordered_at_hour` ASC NULLS LAST
LIMIT 501
