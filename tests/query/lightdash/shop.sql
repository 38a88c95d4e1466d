create table people as select * from (values
    (1, 'Ann', 'Rome'), (2, 'Bob', 'Rome'), (3, 'Cy', 'Oslo'), (4, 'Di', null), (5, 'Ed', 'Oslo')
) t(id, name, city);
create table orders as select id, person_id, status, amount::decimal(10, 2) as amount, ordered_on::date as ordered_on
from (values
    (10, 1, 'done', 20, '2024-01-15'), (11, 1, 'done', 10, '2024-01-31'), (12, 1, 'open', 5, '2024-02-29'),
    (13, 2, 'done', 40, '2024-03-31'), (14, 2, 'open', 12, '2024-12-30'), (15, 4, null, 30, '2025-01-01'),
    (16, null, 'done', 7, '2024-03-31'), (17, 99, 'lost', null, null)
) t(id, person_id, status, amount, ordered_on);
create table items as select * from (values
    (10, 1, 2), (10, 2, 1), (11, 1, 1), (12, 1, 5), (13, 1, 2), (13, 2, 2), (13, 3, 1), (15, 1, 3), (77, 1, 9)
) t(order_id, line, quantity);
create table visits as select * from (values (1, 7), (1, 7), (2, 3), (3, 2), (3, 2)) t(person_id, seconds);
