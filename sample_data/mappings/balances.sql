SELECT account_no AS account_id, customer_no AS customer_id, month_end AS month_on, balance_hkd AS balance
FROM read_parquet('core/balances.parquet')
