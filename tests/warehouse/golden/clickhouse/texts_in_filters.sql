SELECT "orders".id AS "orders_id"
FROM "shop"."orders" AS "orders"
WHERE ("orders".status IN ('it\'s', 'back\\slash', 'new\nline') AND lowerUTF8("orders".status) LIKE lowerUTF8('%50\\%\\_É%') AND "orders".status LIKE 'a%' AND lowerUTF8("orders".status) NOT LIKE lowerUTF8('%\\\\%'))
GROUP BY 1
ORDER BY "orders_id" ASC NULLS LAST
LIMIT 501
