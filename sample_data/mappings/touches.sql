-- Marketing's touches (by e-mail or cookie) and the contacts relationship managers noted in the CRM.
WITH
-- Marketing's file: a submission repeated within 30 days for the same campaign is the same lead.
sent AS (
    SELECT lower(trim(email)) AS email_key,
        nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 8), '') AS phone_key,
        strptime(submitted, '%d/%m/%Y')::DATE AS day_on,
        name, email, mobile, channel, campaign, interest, visitor
    FROM read_csv('marketing/leads.csv', all_varchar = true, header = true)
),
marketing AS (
    SELECT *, 'MKT-' || substr(md5(concat_ws('|', email_key, day_on, campaign, visitor)), 1, 12) AS marketing_id
    FROM sent
    QUALIFY coalesce(
        day_on - lag(day_on) OVER (PARTITION BY email_key, campaign ORDER BY day_on, visitor, email, mobile, name, channel, interest) > 30, true)
),
-- The CRM: an entry without any further stage, for a person entered in the 30 days before, is a double.
entered AS (
    SELECT *, lower(trim(email)) AS email_key,
        nullif(right(regexp_replace(mobile, '[^0-9]', '', 'g'), 8), '') AS phone_key,
        map_from_entries(list_transform(stages, lambda s: (s.stage, s.at::TIMESTAMP))) AS reached,
        MAP {'Current a/c': 'current', 'Savings Plus': 'savings', 'Fixed Deposit': 'time_deposit', 'Credit Card': 'card',
        'Home Mortgage': 'mortgage', 'Personal Loan': 'loan', 'Wealth': 'investment', 'Protection': 'insurance'}[product] AS unified_product
    FROM read_json('crm/leads.jsonl', format = 'newline_delimited', columns = {
        lead_no: 'VARCHAR', name: 'VARCHAR', email: 'VARCHAR', mobile: 'VARCHAR', source: 'VARCHAR',
        campaign_ref: 'VARCHAR', product: 'VARCHAR', deal_type: 'VARCHAR', customer_no: 'VARCHAR',
        stages: 'STRUCT(stage VARCHAR, "at" VARCHAR)[]', rejected_reason: 'VARCHAR', lost_reason: 'VARCHAR',
        score: 'DOUBLE', expected_value: 'DECIMAL(18, 2)', won_value: 'DECIMAL(18, 2)', sales_rep: 'VARCHAR'})
),
crm AS (
    SELECT *, reached['New']::DATE AS day_on
    FROM entered
    QUALIFY len(stages) > 1 OR (
        (email_key IS NULL OR coalesce(reached['New'] - lag(reached['New']) OVER (
            PARTITION BY email_key, product ORDER BY reached['New'], lead_no) > INTERVAL 30 DAY, true))
        AND (phone_key IS NULL OR coalesce(reached['New'] - lag(reached['New']) OVER (
            PARTITION BY phone_key, product ORDER BY reached['New'], lead_no) > INTERVAL 30 DAY, true)))
),
-- The same lead in both: equal e-mail, else equal phone, entered soon after it was submitted.
pairs AS (
    SELECT lead_no, marketing_id, 1 AS by_key, interest <> unified_product AS other, abs(c.day_on - m.day_on) AS days
    FROM crm c JOIN marketing m USING (email_key) WHERE c.day_on BETWEEN m.day_on - 3 AND m.day_on + 30
    UNION ALL
    SELECT lead_no, marketing_id, 2, interest <> unified_product, abs(c.day_on - m.day_on)
    FROM crm c JOIN marketing m USING (phone_key) WHERE c.day_on BETWEEN m.day_on - 3 AND m.day_on + 30
),
best AS (
    SELECT lead_no, marketing_id, by_key, other, days FROM pairs
    QUALIFY row_number() OVER (PARTITION BY lead_no ORDER BY by_key, other, days, marketing_id) = 1
),
link AS (
    SELECT lead_no, marketing_id FROM best
    QUALIFY row_number() OVER (PARTITION BY marketing_id ORDER BY by_key, other, days, lead_no) = 1
),
-- Who the bank already knows, by number, else e-mail, else phone.
known AS (
    SELECT customer_no, lower(email) AS email_key, right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) AS phone_key
    FROM read_parquet('core/customers.parquet')
),
lead_keys AS (
    SELECT c.lead_no AS lead_id, c.customer_no, c.email_key, m.email_key AS sent_key, c.phone_key, m.visitor,
        c.reached['New'] AS created_at
    FROM crm c LEFT JOIN link USING (lead_no) LEFT JOIN marketing m USING (marketing_id)
    UNION ALL
    SELECT m.marketing_id, NULL, m.email_key, NULL, m.phone_key, m.visitor, m.day_on::TIMESTAMP
    FROM marketing m ANTI JOIN link USING (marketing_id)
),
lead_known AS (
    SELECT l.*, coalesce(l.customer_no, by_email.customer_no, by_phone.customer_no) AS customer_id
    FROM lead_keys l
    LEFT JOIN known by_email ON l.email_key = by_email.email_key
    LEFT JOIN known by_phone ON l.phone_key = by_phone.phone_key
),
hits AS (
    SELECT 'M' || lpad(hit, 9, '0') AS touch_id, strptime(touched, '%d/%m/%Y %H:%M:%S') AS touched_at,
        lower(trim(email)) AS email_key, visitor, channel, kind, campaign
    FROM read_csv('marketing/touches.csv', all_varchar = true, header = true)
),
-- An e-mail belongs to the next lead with that address, if one follows within 60 days.
addresses AS (
    SELECT email_key, lead_id, customer_id, created_at + INTERVAL 1 DAY AS until FROM lead_known WHERE email_key IS NOT NULL
    UNION
    SELECT sent_key, lead_id, customer_id, created_at + INTERVAL 1 DAY FROM lead_known WHERE sent_key IS NOT NULL
),
upcoming AS (
    SELECT email_key, lead_id, customer_id, until FROM addresses
    QUALIFY row_number() OVER (PARTITION BY email_key, until ORDER BY lead_id) = 1
),
by_address AS (
    SELECT h.touch_id, u.lead_id, u.customer_id
    FROM hits h ASOF JOIN upcoming u ON h.email_key = u.email_key AND h.touched_at <= u.until
    WHERE u.until - h.touched_at <= INTERVAL 61 DAY
),
cookies AS (
    SELECT visitor, lead_id, customer_id FROM lead_known WHERE visitor IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY visitor ORDER BY created_at, lead_id) = 1
)
SELECT h.touch_id, coalesce(c.lead_id, a.lead_id) AS lead_id,
    coalesce(c.customer_id, a.customer_id, k.customer_no) AS customer_id,
    h.campaign AS campaign_id,
    MAP {'Google Ads': 'paid_search', 'FB/IG': 'social', 'Programmatic': 'display', 'EDM': 'email',
        'Affiliates': 'affiliate', 'MGM': 'referral', 'Branch': 'branch', 'Seminar': 'event'}[h.channel] AS channel,
    h.kind, h.touched_at
FROM hits h
LEFT JOIN cookies c ON h.visitor = c.visitor
LEFT JOIN by_address a ON h.touch_id = a.touch_id
LEFT JOIN known k ON h.email_key = k.email_key
UNION ALL
SELECT contact_no, NULL, customer_no, NULL,
    -- The CRM notes how the manager met the customer, not a marketing channel.
    MAP {'email': 'email', 'call': 'branch', 'branch': 'branch'}[kind], kind, made::TIMESTAMP
FROM read_csv('crm/contacts.csv', all_varchar = true, header = true)
