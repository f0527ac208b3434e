SELECT account_no AS account_id, customer_no AS customer_id,
    MAP {'CUR01': 'current', 'SAV01': 'savings', 'TD01': 'time_deposit', 'CRD01': 'card', 'MTG01': 'mortgage',
        'LON01': 'loan', 'INV01': 'investment', 'INS01': 'insurance'}[product_code] AS product,
    opened_date AS opened_on, closed_date AS closed_on
FROM read_parquet('core/accounts.parquet')
