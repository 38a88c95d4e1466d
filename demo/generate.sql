-- A number in [0, 1) from a name and a row's number: the same in every run and every DuckDB.
create temp macro chance(name, i) as (md5_number_lower(name || ':' || i) % 1000000) / 1000000.0;

create table stores as
select * from (values
    (1, 'Mission Street',   'San Francisco', 'West',    date '2021-03-01', 42, 1.00),
    (2, 'Wicker Park',      'Chicago',       'Central', date '2022-04-15', 38, 0.85),
    (3, 'Williamsburg',     'Brooklyn',      'East',    date '2022-09-01', 46, 1.10),
    (4, 'Pearl District',   'Portland',      'West',    date '2023-02-10', 30, 0.70),
    (5, 'South Congress',   'Austin',        'Central', date '2024-03-01', 52, 0.80),
    (6, 'Rittenhouse',      'Philadelphia',  'East',    date '2024-09-16', 34, 0.65),
    (7, 'Capitol Hill',     'Seattle',       'West',    date '2025-04-07', 40, 0.90),
    (8, 'Back Bay',         'Boston',        'East',    date '2025-10-06', 36, 0.75)
) as t(store_id, store_name, city, region, opened_on, seats, pull);

create table products as
select * from (values
    (1,  'The Classic Ham & Cheese', 'Jaffles',     9.50, false, 15.0, 15.0),
    (2,  'Hazelnut Heaven',          'Jaffles',     8.50, true,   9.0,  8.0),
    (3,  'Mushroom Melt-Down',       'Jaffles',    10.50, true,  10.0,  7.0),
    (4,  'Spicy Chorizo Crush',      'Jaffles',    11.50, false,  8.0,  7.0),
    (5,  'Garden Party Jaffle',      'Jaffles',    10.00, true,   5.0,  9.0),
    (6,  'Flat White',               'Coffee',      4.75, true,  15.0, 10.0),
    (7,  'Cold Brew',                'Coffee',      5.00, true,   4.0, 12.0),
    (8,  'Pumpkin Spice Latte',      'Coffee',      5.75, true,   8.0,  0.5),
    (9,  'Espresso',                 'Coffee',      3.25, true,   9.0,  7.0),
    (10, 'Ginger Lemonade',          'Cold drinks', 4.50, true,   2.0, 10.0),
    (11, 'Iced Peach Tea',           'Cold drinks', 4.25, true,   1.5,  8.0),
    (12, 'Sparkling Yuzu',           'Cold drinks', 4.95, true,   2.0,  6.0),
    (13, 'Banana Bread',             'Treats',      4.50, true,   7.0,  5.0),
    (14, 'Salted Caramel Brownie',   'Treats',      4.95, true,   7.5,  5.5)
) as t(product_id, product_name, category, list_price, is_vegetarian, winter, summer);

create table supplies as
with parts(category, supply_name, share, is_perishable) as (values
    ('Jaffles', 'Bread', 0.07, true), ('Jaffles', 'Filling', 0.19, true), ('Jaffles', 'Paper wrap', 0.02, false),
    ('Coffee', 'Beans', 0.12, false), ('Coffee', 'Milk', 0.06, true), ('Coffee', 'Cup', 0.03, false),
    ('Cold drinks', 'Fruit', 0.11, true), ('Cold drinks', 'Bottle', 0.05, false),
    ('Treats', 'Flour and sugar', 0.09, false), ('Treats', 'Butter and eggs', 0.14, true)
)
select
    row_number() over (order by product_id, supply_name)::integer as supply_id,
    product_id,
    supply_name,
    is_perishable,
    round(list_price * share * (0.85 + 0.3 * chance('cost' || supply_name, product_id)), 2)::decimal(10, 2) as unit_cost
from products join parts using (category)
order by supply_id;

-- How many orders each open store takes on each day: growth, ramp after the opening, season, weekday, noise.
create temp table days as
select
    store_id, region, day,
    greatest(0, round(
        19.5 * pull
        * (1 + 0.30 * date_diff('day', date '2023-11-01', day) / 365.0)
        * least(1.0, 0.35 + date_diff('day', opened_on, day) / 150.0)
        * (1 + 0.12 * cos(2 * pi() * (dayofyear(day) - 200) / 365.0))
        * case isodow(day) when 6 then 1.45 when 7 then 1.30 when 5 then 1.15 when 1 then 0.82 else 0.95 end
        * case when month(day) = 12 and dayofmonth(day) in (25, 26) then 0.25
               when month(day) = 11 and dayofmonth(day) between 24 and 30 then 1.35 else 1 end
        * (0.80 + 0.40 * chance('day' || store_id, day))
    ))::integer as orders
from stores, (select unnest(generate_series(date '2023-11-01', date '2026-10-31', interval 1 day))::date as day)
where day >= opened_on;

create temp table placed as
select
    row_number() over (order by day, minute, store_id, n)::bigint as order_id,
    store_id, region, day as order_date,
    day + to_minutes(minute::bigint) + to_seconds(floor(60 * chance('second', key))::bigint) as ordered_at,
    key
from (
    select *,
        -- Two peaks a day, breakfast and lunch, over a flat rest, from 7:00 to 20:00.
        case
            when chance('peak', key) < 0.38 then 450 + floor(150 * (chance('a', key) + chance('b', key)) / 2)
            when chance('peak', key) < 0.78 then 690 + floor(180 * (chance('a', key) + chance('b', key)) / 2)
            else 420 + floor(780 * chance('a', key))
        end::integer as minute
    from (select *, store_id || '/' || day || '/' || n as key
          from (select *, unnest(range(orders)) as n from days))
);

-- Each region has its own customers; their number grows, and the first ones come most often.
create temp table orders_known as
select
    p.*,
    case region when 'West' then 100000 when 'Central' then 200000 else 300000 end
    + floor(
        (900 + 9.0 * date_diff('day', date '2023-11-01', order_date)) * pow(chance('customer', key), 2.0)
    )::integer as customer_number,
    case
        when chance('channel', key) < 0.62 - 0.00016 * date_diff('day', date '2023-11-01', order_date) then 'In-store'
        when chance('channel', key) < 0.86 - 0.00010 * date_diff('day', date '2023-11-01', order_date) then 'Online'
        else 'Delivery'
    end as channel,
    case when chance('status', key) < 0.955 then 'completed'
         when chance('status', key) < 0.982 then 'refunded' else 'cancelled' end as status,
    -- Weeks of the Thanksgiving sale, and now and then a voucher online.
    case
        when month(order_date) = 11 and dayofmonth(order_date) between 24 and 30 then 0.15
        when channel <> 'In-store' and chance('voucher', key) < 0.12 then 0.10
        else 0
    end as discount_rate,
    1 + floor(3.6 * pow(chance('lines', key), 1.6))::integer as lines
from placed p;

create temp table menu as
select
    product_id, season,
    sum(weight) over (partition by season order by product_id) / sum(weight) over (partition by season) as upto,
    (sum(weight) over (partition by season order by product_id) - weight) / sum(weight) over (partition by season) as from_
from (
    select product_id, 0 as season, winter as weight from products
    union all select product_id, 1, (winter + summer) / 2 from products
    union all select product_id, 2, summer from products
);

create temp table lines as
select
    o.order_id, o.region, o.order_date, o.discount_rate, o.key || '#' || l as line_key, l,
    case when month(order_date) in (11, 12, 1, 2) then 0 when month(order_date) in (6, 7, 8, 9) then 2 else 1 end as season
from (select *, unnest(range(lines)) as l from orders_known) o;

create table order_items as
select
    row_number() over (order by order_id, l)::bigint as order_item_id,
    order_id, product_id, region, quantity, unit_price,
    round(quantity * unit_price * (1 - discount_rate), 2)::decimal(10, 2) as line_total,
    -- Supplies get dearer by 2 % a year, prices by 4 %.
    round(quantity * unit_cost * pow(1.02, year(order_date) - 2023), 2)::decimal(10, 2) as supply_cost
from (
    select
        lines.*, m.product_id,
        case when chance('quantity', line_key) < 0.80 then 1 when chance('quantity', line_key) < 0.96 then 2 else 3 end
            as quantity,
        round(p.list_price * pow(1.04, year(order_date) - 2023), 2)::decimal(10, 2) as unit_price,
        c.unit_cost
    from lines
    join menu m on m.season = lines.season
        and chance('product', line_key) >= m.from_ and chance('product', line_key) < m.upto
    join products p on p.product_id = m.product_id
    join (select product_id, sum(unit_cost) as unit_cost from supplies group by 1) c on c.product_id = m.product_id
)
order by order_item_id;

create temp table people as
select
    customer_number,
    row_number() over (order by min(order_id))::integer as customer_id,
    min(order_id) as first_order
from orders_known group by 1;

create table orders as
with totals as (
    select
        order_id,
        sum(quantity)::integer as item_count,
        sum(line_total)::decimal(10, 2) as order_total,
        (sum(quantity * unit_price) - sum(line_total))::decimal(10, 2) as discount,
        sum(supply_cost)::decimal(10, 2) as order_cost
    from order_items group by 1
)
select
    o.order_id, c.customer_id, o.store_id, o.region, o.order_date, o.ordered_at, o.channel, o.status,
    o.order_id = c.first_order as is_first_order,
    t.item_count, t.discount, t.order_total, t.order_cost,
    case when o.channel = 'Delivery'
         then (14 + floor(16 * (chance('m', key) + chance('n', key)) + 25 * pow(chance('late', key), 6)))::integer
    end as delivery_minutes
from orders_known o
join totals t using (order_id)
join people c using (customer_number)
order by o.order_id;

create table customers as
select
    o.customer_id,
    ['Ada','Ben','Carla','Diego','Elif','Femi','Grace','Hiro','Ines','Jonas','Kaya','Liam','Mina','Noor','Omar','Priya',
     'Quinn','Rosa','Sven','Tara','Uma','Viktor','Wren','Xenia','Yusuf','Zoe'][1 + floor(26 * chance('first', customer_id))::integer]
    || ' ' ||
    ['Abbott','Bianchi','Chen','Dubois','Eriksen','Fischer','Garcia','Hassan','Ivanova','Jensen','Kim','Lopez','Mensah',
     'Novak','Okafor','Patel','Quist','Rossi','Silva','Tanaka','Umar','Vargas','Weber','Xu','Young','Zhang'
    ][1 + floor(26 * chance('last', customer_id))::integer] as customer_name,
    case when count(*) = 1 then 'New' when count(*) < 10 then 'Returning' else 'Loyal' end as customer_type,
    any_value(o.region) as region,
    min(o.order_date) as first_order_date,
    count(*)::integer as lifetime_orders,
    coalesce(sum(o.order_total) filter (where o.status = 'completed'), 0)::decimal(12, 2) as lifetime_value
from orders o
group by o.customer_id
order by o.customer_id;

alter table products drop column winter;
alter table products drop column summer;
alter table stores drop column pull;
