select * from {{ source('jaffle', 'order_items') }}
