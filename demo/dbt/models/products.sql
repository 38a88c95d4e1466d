select * from {{ source('jaffle', 'products') }}
