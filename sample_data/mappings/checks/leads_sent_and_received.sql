-- table: leads
-- owner: Marketing
-- says: Leads that only one side has: sent by Marketing and unknown to the CRM, or entered by Sales alone.
WITH sent AS (
    SELECT DISTINCT lower(trim(email)) AS email_key,
        nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 8), '') AS phone_key
    FROM read_csv('marketing/leads.csv', all_varchar = true, header = true)
),
entered AS (
    SELECT lead_no, lower(trim(email)) AS email_key,
        nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 8), '') AS phone_key
    FROM read_json('crm/leads.jsonl', format = 'newline_delimited',
        columns = {lead_no: 'VARCHAR', email: 'VARCHAR', mobile: 'VARCHAR'})
)
SELECT lead_id AS row_key, 'Sent by Marketing; the CRM has no lead with that e-mail or phone at that time.' AS reason
FROM unified.leads WHERE lead_id LIKE 'MKT-%'
UNION ALL
SELECT lead_id, 'Entered by Sales; Marketing sent nobody with that e-mail or phone.'
FROM unified.leads JOIN entered ON lead_id = lead_no
WHERE coalesce(entered.email_key NOT IN (SELECT email_key FROM sent WHERE email_key IS NOT NULL), true)
    AND coalesce(entered.phone_key NOT IN (SELECT phone_key FROM sent WHERE phone_key IS NOT NULL), true)
