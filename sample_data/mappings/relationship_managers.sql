SELECT rm_no AS rm_id, name, email, team, weekly_capacity
FROM read_parquet('core/relationship_managers.parquet')
