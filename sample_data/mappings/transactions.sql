-- Equal in everything but the number are two real purchases: the number alone decides. A booking counts
-- on its own day, however late it was recorded.
SELECT booking_no AS transaction_id, account_no AS account_id, customer_no AS customer_id, booked_at,
    MAP {'POS': 'card_payment', 'FPSIN': 'transfer_in', 'FPSOUT': 'transfer_out', 'SAL': 'salary', 'ATM': 'atm',
        'INT': 'interest', 'FEE': 'fee', 'SO': 'standing_order'}[code] AS kind,
    amount_hkd AS amount,
    code NOT IN ('INT', 'FEE', 'SO') AS customer_made
FROM read_parquet('core/transactions.parquet')
