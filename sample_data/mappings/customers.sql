-- Core banking's customers; the lead that brought each comes from the CRM (number, else e-mail, else phone).
WITH core AS (
    SELECT *, lower(email) AS email_key, right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) AS phone_key
    FROM read_parquet('core/customers.parquet')
),
won AS (
    SELECT lead_no, customer_no, lower(trim(email)) AS email_key,
        nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 8), '') AS phone_key
    FROM read_json('crm/leads.jsonl', format = 'newline_delimited', columns = {
        lead_no: 'VARCHAR', email: 'VARCHAR', mobile: 'VARCHAR', deal_type: 'VARCHAR', customer_no: 'VARCHAR',
        stages: 'STRUCT(stage VARCHAR, "at" VARCHAR)[]'})
    WHERE deal_type = 'New customer' AND list_contains(list_transform(stages, lambda s: s.stage), 'Won')
),
brought AS (
    SELECT coalesce(w.customer_no, e.customer_no, p.customer_no) AS customer_no, min(w.lead_no) AS lead_no
    FROM won w
    LEFT JOIN core e ON w.email_key = e.email_key
    LEFT JOIN core p ON w.phone_key = p.phone_key
    GROUP BY 1
)
SELECT customer_no AS customer_id, full_name, email, phone, birth_year,
    MAP {'M': 'mass', 'A': 'affluent', 'P': 'private'}[segment_code] AS segment, district, branch,
    joined_date AS joined_on, left_date AS left_on, rm_no AS rm_id, brought.lead_no AS acquired_by_lead_id,
    marketing_consent = 'Y' AS marketing_consent, consent_changed AS consent_changed_on,
    contact_by AS preferred_channel
FROM core LEFT JOIN brought USING (customer_no)
