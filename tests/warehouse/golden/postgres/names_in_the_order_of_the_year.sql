SELECT to_char("orders".ordered_at, 'FMMonth') AS "orders_ordered_at_month_name", to_char("orders".ordered_at, 'FMDay') AS "orders_ordered_at_day_of_week_name", 'Q' || EXTRACT(quarter FROM "orders".ordered_at) AS "orders_ordered_at_quarter_name", COUNT("orders".id) AS "orders_order_count"
FROM "shop"."orders" AS "orders"
GROUP BY 1, 2, 3
ORDER BY CASE to_char("orders".ordered_at, 'FMMonth') WHEN 'January' THEN 0 WHEN 'February' THEN 1 WHEN 'March' THEN 2 WHEN 'April' THEN 3 WHEN 'May' THEN 4 WHEN 'June' THEN 5 WHEN 'July' THEN 6 WHEN 'August' THEN 7 WHEN 'September' THEN 8 WHEN 'October' THEN 9 WHEN 'November' THEN 10 WHEN 'December' THEN 11 END ASC NULLS LAST, CASE to_char("orders".ordered_at, 'FMDay') WHEN 'Monday' THEN 0 WHEN 'Tuesday' THEN 1 WHEN 'Wednesday' THEN 2 WHEN 'Thursday' THEN 3 WHEN 'Friday' THEN 4 WHEN 'Saturday' THEN 5 WHEN 'Sunday' THEN 6 END ASC NULLS LAST, "orders_ordered_at_quarter_name" ASC NULLS LAST
LIMIT 501
