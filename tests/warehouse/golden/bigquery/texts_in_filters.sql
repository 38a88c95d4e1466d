SELECT `orders`.id AS `orders_id`
FROM `shop`.`orders` AS `orders`
WHERE (`orders`.status IN ('it\'s', 'back\\slash', 'new\nline') AND LOWER(`orders`.status) LIKE LOWER('%50\\%\\_É%') AND `orders`.status LIKE 'a%' AND LOWER(`orders`.status) NOT LIKE LOWER('%\\\\%'))
GROUP BY 1
ORDER BY `orders_id` ASC NULLS LAST
LIMIT 501
