-- What each department's records say about a person: one row per record, with the customer number only where the
-- department itself keeps it. `lead_id` and `ticket_id` say which row of those tables the record stands behind.
WITH
-- include shared/lead_links.sql
-- A cookie is Marketing's record of a person; a form sent twice from it is one record.
by_cookie AS (
    SELECT visitor, arg_min(name, row_of) AS name, arg_min(email_key, row_of) AS email, max(phone_key) AS phone
    FROM (SELECT *, row_number() OVER (ORDER BY day_on, visitor, email, mobile, name) AS row_of FROM sent)
    GROUP BY visitor
),
lead_of_cookie AS (
    SELECT m.visitor, coalesce(min(link.lead_no), min(m.marketing_id)) AS lead_id
    FROM marketing m LEFT JOIN link USING (marketing_id)
    GROUP BY m.visitor
)
SELECT 'Core banking' AS source, customer_no AS record_id, customer_no AS customer_id, NULL AS lead_id, NULL AS ticket_id,
    full_name, email, phone, birth_year
FROM read_parquet('core/customers.parquet')
UNION ALL
SELECT 'CRM', e.lead_no, e.customer_no, crm.lead_no, NULL, e.name, e.email, e.mobile, NULL
FROM entered e LEFT JOIN crm ON e.lead_no = crm.lead_no
UNION ALL
SELECT 'Marketing', c.visitor, NULL, l.lead_id, NULL, c.name, c.email, c.phone, NULL
FROM by_cookie c LEFT JOIN lead_of_cookie l USING (visitor)
UNION ALL
SELECT 'Service', case_no, customer_no, NULL, case_no, NULL, NULL, phone, NULL
FROM read_csv('service/tickets.csv', all_varchar = true, header = true)
UNION ALL
-- Digital knows its users by customer number; a cookie that left no address or number is no record about a person.
SELECT DISTINCT 'Digital', customer_no, customer_no, NULL, NULL, NULL, NULL, NULL, NULL::INTEGER
FROM read_csv('digital/usage.csv', all_varchar = true, header = true)
