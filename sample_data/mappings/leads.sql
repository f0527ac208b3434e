-- One row per real lead as far as exact keys tell: the CRM's, and those of Marketing that never reached it.
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
everyone AS (
    SELECT c.lead_no AS lead_id, c.customer_no, c.email_key, c.phone_key,
        coalesce(m.campaign, c.campaign_ref) AS campaign_id, coalesce(m.channel, '') AS word, c.source, c.unified_product AS product,
        c.name AS full_name, coalesce(c.email, m.email) AS email, coalesce(c.mobile, m.mobile) AS phone,
        c.reached['New'] AS created_at, c.score, c.reached, c.rejected_reason, c.lost_reason,
        -- 0 is how the CRM says "not declared".
        nullif(c.expected_value, 0) AS expected_value, c.won_value, c.sales_rep
    FROM crm c LEFT JOIN link USING (lead_no) LEFT JOIN marketing m USING (marketing_id)
    UNION ALL
    SELECT m.marketing_id, NULL, m.email_key, m.phone_key,
        m.campaign, coalesce(m.channel, ''), NULL, m.interest,
        m.name, m.email, m.mobile,
        day_only(m.day_on), NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM marketing m ANTI JOIN link USING (marketing_id)
)
SELECT e.lead_id,
    coalesce(e.customer_no, by_email.customer_no, by_phone.customer_no) AS customer_id,
    e.campaign_id,
    -- An empty channel stays empty: not known is not a channel.
    coalesce(MAP {'Google Ads': 'paid_search', 'FB/IG': 'social', 'Programmatic': 'display', 'EDM': 'email',
        'Affiliates': 'affiliate', 'MGM': 'referral', 'Branch': 'branch', 'Seminar': 'event'}[e.word],
        MAP {'Web - search': 'paid_search', 'Web - social': 'social', 'Web - banner': 'display', 'Mailing': 'email',
        'Partner site': 'affiliate', 'Friend / family': 'referral', 'Walk-in': 'branch', 'Seminar': 'event'}[e.source]) AS channel,
    e.product, e.full_name, lower(trim(e.email)) AS email, '+852 ' || e.phone_key AS phone, e.created_at, e.score,
    e.reached['MQL'] AS mql_at, e.reached['Contacted'] AS contacted_at, e.reached['Accepted'] AS accepted_at,
    e.reached['Rejected'] AS rejected_at, e.rejected_reason, e.reached['SQL'] AS sql_at,
    e.reached['Opportunity'] AS opportunity_at, e.reached['Won'] AS won_at, e.reached['Lost'] AS lost_at,
    e.lost_reason, e.expected_value, e.won_value, e.sales_rep
FROM everyone e
LEFT JOIN known by_email ON e.email_key = by_email.email_key
LEFT JOIN known by_phone ON e.phone_key = by_phone.phone_key
