select * from {{ source('jaffle', 'supplies') }}
