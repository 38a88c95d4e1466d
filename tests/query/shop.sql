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
-- Things that happened, in UTC: around both changes of the clocks in Paris (2024-03-31 01:00, 2024-10-27 01:00), around
-- midnight, around New Year; names that look alike; null in every column.
create table events as select id, user_id, kind, cast(value as decimal(10, 2)) as value, cast(score as double precision) as score,
    flag, happened, cast(happened as date) as on_day from (values
    (1, 1, 'click', 10.00, 0.5, true, timestamp '2024-03-30 22:30:00'), (2, 1, 'Click', 10.01, 1.5, false, timestamp '2024-03-30 23:30:00'),
    (3, 2, 'view', 10.03, -2, true, timestamp '2024-03-31 00:30:00'), (4, 2, 'click', 10.04, 0, null, timestamp '2024-03-31 01:30:00'),
    (5, 3, '50% off', -3.50, 4, false, timestamp '2024-03-31 11:59:59'), (6, 3, '', 0, 1e6, true, timestamp '2024-03-31 12:00:00'),
    (7, 4, 'a_b', 7.25, 0.25, false, timestamp '2024-03-31 12:00:01'), (8, 4, 'axb', 7.25, null, true, timestamp '2024-04-01 00:00:00'),
    (9, null, 'it''s', null, 3, false, timestamp '2024-04-07 10:00:00'), (10, 9, null, 100.00, 2, true, timestamp '2023-12-31 23:59:59.999'),
    (11, 1, 'view', 1.00, 2, false, timestamp '2024-10-27 00:30:00'), (12, 2, 'view', 2.00, 2, true, timestamp '2024-10-27 01:30:00'),
    (13, 3, 'view', 3.00, 7, null, timestamp '2024-02-29 12:00:00'), (14, 4, 'click', 4.00, 7, true, null),
    (15, 1, 'back\slash', 5.00, 7, false, timestamp '2023-03-31 12:00:00'), (16, 2, 'Ärger', 6.00, 8, true, timestamp '2025-03-31 12:00:00')
) t(id, user_id, kind, value, score, flag, happened);
create table users as select id, name, country, cast(joined as date) as joined from (values
    (1, 'Ann', 'FR', '2023-05-01'), (2, 'Bob', 'FR', '2024-01-15'), (3, 'Cy', null, '2024-03-31'), (4, 'Di', 'NO', null),
    (5, 'Ed', 'NO', '2022-12-31')
) t(id, name, country, joined);
-- A chain of to-many joins (regions → stores → sales → returns) with a second fact beside it (targets) whose key is two
-- columns.
create table regions as select * from (values (1, 'North', 1000), (2, 'South', 500), (3, 'West', null), (4, null, 50)) t(id, region, budget);
create table stores as select * from (values (1, 1, 'Oslo', 100), (2, 1, 'Bergen', 50), (3, 2, 'Rome', 70), (4, null, 'Nowhere', 9), (5, 4, 'Void', 1)) t(id, region_id, city, seats);
create table sales as select id, store_id, cast(sold_on as date) as sold_on, cast(amount as decimal(10, 2)) as amount, units from (values
    (1, 1, '2024-01-05', 10, 1), (2, 1, '2024-01-20', 20, 2), (3, 2, '2024-02-01', 40, 1), (4, 3, '2024-02-29', 80, 4),
    (5, 3, '2024-03-01', 160, null), (6, 3, '2024-03-31', null, 3), (7, 8, '2024-03-31', 320, 5), (8, null, '2024-01-05', 640, 6)
) t(id, store_id, sold_on, amount, units);
create table returns as select id, sale_id, cast(lost as decimal(10, 2)) as lost from (values (1, 1, 1), (2, 1, 2), (3, 4, 4), (4, 9, 8), (5, null, 16)) t(id, sale_id, lost);
create table targets as select region_id, cast(month as date) as month, goal from (values
    (1, '2024-01-01', 100), (1, '2024-02-01', 110), (2, '2024-01-01', 50), (2, '2024-03-01', 60), (7, '2024-01-01', 9)
) t(region_id, month, goal);
-- Many to many through a bridge whose key is both its columns, with a fact of its own on the bridge.
create table students as select * from (values (1, 'Ann', 30), (2, 'Bob', 20), (3, 'Cy', 25), (4, 'Di', null)) t(id, name, age);
create table courses as select * from (values (1, 'Art', 3), (2, 'Bio', 5), (3, 'Chem', 7), (4, 'Dance', null)) t(id, title, credits);
create table enrolments as select * from (values (1, 1, 90), (1, 2, 70), (2, 1, 60), (2, 2, null), (3, 1, 80), (9, 3, 10), (3, 9, 20)) t(student_id, course_id, grade);
-- Two lists that have only a day in common, neither complete.
create table shipped as select cast(day as date) as day, boxes from (values ('2024-01-01', 5), ('2024-01-02', 7), ('2024-01-02', 1), (null, 3)) t(day, boxes);
create table weather as select cast(day as date) as day, sky, degrees from (values ('2024-01-02', 'sun', 4), ('2024-01-03', 'rain', 6), (null, 'fog', 0)) t(day, sky, degrees);
