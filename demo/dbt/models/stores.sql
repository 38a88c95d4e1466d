select * from {{ source('jaffle', 'stores') }}
