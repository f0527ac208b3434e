-- Marketing's touches (by e-mail or cookie) and the contacts relationship managers noted in the CRM.
WITH
-- include shared/lead_links.sql
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
