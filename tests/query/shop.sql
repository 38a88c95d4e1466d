create table people as select * from (values
    (1, 'Ann', 'Rome', 100), (2, 'Bob', 'Rome', 50), (3, 'Cy', 'Oslo', null), (4, 'Di', null, 70), (5, 'Ed', 'Oslo', 70)
) t(id, name, city, credit);
create table orders as select id, person_id, referrer_id, status, amount::decimal(10, 2) as amount,
    ordered_at::date as ordered_on, ordered_at from (values
    (10, 1, 2, 'done', 20, timestamp '2024-01-15 09:30:15.25'), (11, 1, null, 'done', 10, timestamp '2024-01-31 23:59:59'),
    (12, 1, 2, 'open', 5, timestamp '2024-02-29 18:00:00'), (13, 2, 1, 'done', 40, timestamp '2024-03-31 12:00:00'),
    (14, 2, 1, 'open', 12, timestamp '2024-12-30 00:00:00'), (15, 4, null, null, 30, timestamp '2025-01-01 08:05:00'),
    (16, null, 1, 'done', 7, timestamp '2024-03-31 20:15:00'), (17, 99, null, 'lost', null, null)
) t(id, person_id, referrer_id, status, amount, ordered_at);
create table items as select * from (values
    (10, 1, 2, 5), (10, 2, 1, 10), (11, 1, 1, 10), (12, 1, 5, 1), (13, 1, 2, 20), (13, 2, 2, 0), (13, 3, 1, null),
    (15, 1, 3, 10), (77, 1, 9, 9)
) t(order_id, line, quantity, price);
create table tickets as select * from (values
    (1, 'bug', 30), (1, 'bug', 30), (1, 'bill', 5), (3, 'bug', 60), (3, 'bill', null), (5, 'bill', 10), (42, 'bug', 1)
) t(person_id, topic, minutes);
create table order_tags as select * from (values (10, 1), (10, 2), (11, 1), (13, 2), (13, 3), (14, 9)) t(order_id, tag_id);
create table tags as select * from (values (1, 'gift', 10), (2, 'rush', 20), (3, 'vip', 40), (4, 'none', 80)) t(id, word, weight);
create table visits as select * from (values (1, 7), (1, 7), (2, 3), (3, 2), (3, 2)) t(person_id, seconds);
