-- A day reported late still counts on its own day.
SELECT campaign AS campaign_id, strptime(day, '%d/%m/%Y')::DATE AS day_on, cost_hkd::DECIMAL(18, 2) AS cost,
    impressions::BIGINT AS impressions, clicks::BIGINT AS clicks, visits::BIGINT AS visits
FROM read_csv('marketing/campaign_days.csv', all_varchar = true, header = true)
