SELECT customer_no AS customer_id,
    MAP {'CUR01': 'current', 'SAV01': 'savings', 'TD01': 'time_deposit', 'CRD01': 'card', 'MTG01': 'mortgage',
        'LON01': 'loan', 'INV01': 'investment', 'INS01': 'insurance'}[product_code] AS product,
    month_end AS month_on, revenue_hkd AS revenue, cost_hkd AS cost_to_serve
FROM read_parquet('core/revenues.parquet')
