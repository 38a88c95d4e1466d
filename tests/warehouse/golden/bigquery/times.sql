SELECT DATETIME_TRUNC(CAST(`orders`.ordered_at AS DATETIME), hour) AS `orders_ordered_at_hour`, DATETIME_TRUNC(CAST(`orders`.ordered_at AS DATETIME), minute) AS `orders_ordered_at_minute`, DATETIME_TRUNC(CAST(`orders`.ordered_at AS DATETIME), second) AS `orders_ordered_at_second`, DATETIME_TRUNC(CAST(`orders`.ordered_at AS DATETIME), millisecond) AS `orders_ordered_at_millisecond`
FROM `shop`.`orders` AS `orders`
GROUP BY 1, 2, 3, 4
ORDER BY `orders_ordered_at_hour` ASC NULLS LAST, `orders_ordered_at_minute` ASC NULLS LAST, `orders_ordered_at_second` ASC NULLS LAST, `orders_ordered_at_millisecond` ASC NULLS LAST
LIMIT 501
