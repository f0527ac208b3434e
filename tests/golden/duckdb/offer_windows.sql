SELECT count(CASE WHEN (alerts.arm != 'held_out' AND (CAST(alerts.raised_on AS DATE) + CAST(30 AS INTEGER)) >= '2026-04-01' AND (CAST(alerts.raised_on AS DATE) + CAST(30 AS INTEGER)) <= '2026-06-30') THEN 1 END) AS offer_windows__0,
    count(CASE WHEN (alerts.arm != 'held_out' AND (CAST(alerts.raised_on AS DATE) + CAST(30 AS INTEGER)) >= '2025-12-31' AND (CAST(alerts.raised_on AS DATE) + CAST(30 AS INTEGER)) <= '2026-03-31') THEN 1 END) AS offer_windows__1
FROM alerts;
