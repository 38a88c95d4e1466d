select * from {{ source('jaffle', 'customers') }}
