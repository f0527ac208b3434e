-- One row per real lead as far as exact keys tell: the CRM's, and those of Marketing that never reached it.
WITH
-- include shared/lead_links.sql
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
