-- Bookings, and standing orders as bookings whose day is not known: the file of orders has no dates.
WITH owner AS (
    SELECT account_id, client_id FROM read_csv('disp.asc', delim=';', header=true, all_varchar=true)
    WHERE type = 'OWNER'
)
SELECT 'T' || transaction_id AS transaction_id, 'A' || account_id AS account_id, client_id AS customer_id,
       date AS booked_at,
       CASE WHEN k_symbol = 'UROK' THEN 'interest'
            WHEN k_symbol IN ('SLUZBY', 'SANKC. UROK') THEN 'fee'
            WHEN type = 'PRIJEM' THEN 'transfer_in' ELSE 'transfer_out' END AS kind,
       CASE WHEN type = 'PRIJEM' THEN amount::DECIMAL(18, 2) ELSE -(amount::DECIMAL(18, 2)) END AS amount,
       coalesce(k_symbol, '') NOT IN ('UROK', 'SLUZBY', 'SANKC. UROK') AS customer_made
FROM read_csv('transaction_first11_per_account.csv', header=true, all_varchar=true) JOIN owner USING (account_id)
UNION ALL
SELECT 'O' || order_id, 'A' || account_id, client_id, NULL, 'standing_order', -(amount::DECIMAL(18, 2)), false
FROM read_csv('order.asc', delim=';', header=true, all_varchar=true) JOIN owner USING (account_id)
