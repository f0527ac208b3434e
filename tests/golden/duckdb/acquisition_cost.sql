SELECT CAST(sum(CASE WHEN ((unified.campaign_days.campaign_id NOT IN (SELECT unified.campaigns.campaign_id
FROM unified.campaigns
WHERE unified.campaigns.audience = 'customers')) AND unified.campaign_days.day_on >= '2026-04-01' AND unified.campaign_days.day_on <= '2026-06-30') THEN unified.campaign_days.cost END) AS DOUBLE) AS acquisition_cost__0,
    CAST(sum(CASE WHEN ((unified.campaign_days.campaign_id NOT IN (SELECT unified.campaigns.campaign_id
FROM unified.campaigns
WHERE unified.campaigns.audience = 'customers')) AND unified.campaign_days.day_on >= '2025-12-31' AND unified.campaign_days.day_on <= '2026-03-31') THEN unified.campaign_days.cost END) AS DOUBLE) AS acquisition_cost__1
FROM unified.campaign_days;
