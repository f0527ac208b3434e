SELECT CAST(sum(CASE WHEN (unified.campaign_days.day_on >= '2026-04-01' AND unified.campaign_days.day_on <= '2026-06-30') THEN unified.campaign_days.visits END) AS DOUBLE) AS visits__0,
    CAST(sum(CASE WHEN (unified.campaign_days.day_on >= '2025-12-31' AND unified.campaign_days.day_on <= '2026-03-31') THEN unified.campaign_days.visits END) AS DOUBLE) AS visits__1
FROM unified.campaign_days;
