SELECT count(CASE WHEN (alerts.arm != 'held_out' AND alerts.raised_on < '2026-07-01' AND (alerts.closed_at IS NULL OR alerts.closed_at >= '2026-07-01 00:00:00')) THEN 1 END) AS open_alerts__0,
    count(CASE WHEN (alerts.arm != 'held_out' AND alerts.raised_on < '2026-04-01' AND (alerts.closed_at IS NULL OR alerts.closed_at >= '2026-04-01 00:00:00')) THEN 1 END) AS open_alerts__1
FROM alerts;
