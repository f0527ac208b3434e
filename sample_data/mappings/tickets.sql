-- A case names the customer by number or, when it came by phone, by phone; a phone nobody has stays unknown.
WITH known AS (
    SELECT customer_no, right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) AS phone_key
    FROM read_parquet('core/customers.parquet')
)
SELECT t.case_no AS ticket_id, coalesce(t.customer_no, k.customer_no) AS customer_id,
    t.opened::TIMESTAMP AS opened_at, t.first_reply::TIMESTAMP AS first_reply_at, t.resolved::TIMESTAMP AS resolved_at,
    t.category,
    MAP {'CUR01': 'current', 'SAV01': 'savings', 'TD01': 'time_deposit', 'CRD01': 'card', 'MTG01': 'mortgage',
        'LON01': 'loan', 'INV01': 'investment', 'INS01': 'insurance'}[t.product] AS product,
    t.feature, t.severity, t.complaint = 'yes' AS complaint, t.withdrawn = 'yes' AS withdrawn, t.text
FROM read_csv('service/tickets.csv', all_varchar = true, header = true) t
LEFT JOIN known k ON right(regexp_replace(t.phone, '[^0-9]', '', 'g'), 8) = k.phone_key
