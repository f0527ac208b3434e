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
