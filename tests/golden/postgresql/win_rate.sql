SELECT count(CASE WHEN (unified.leads.opportunity_at IS NOT NULL AND unified.leads.won_at >= '2026-04-01 00:00:00' AND unified.leads.won_at < '2026-07-01 00:00:00') THEN 1 END) AS opportunities_won__0,
    count(CASE WHEN (unified.leads.opportunity_at IS NOT NULL AND unified.leads.won_at >= '2025-12-31 00:00:00' AND unified.leads.won_at < '2026-04-01 00:00:00') THEN 1 END) AS opportunities_won__1,
    count(CASE WHEN (unified.leads.opportunity_at IS NOT NULL AND coalesce(unified.leads.won_at, unified.leads.lost_at) >= '2026-04-01 00:00:00' AND coalesce(unified.leads.won_at, unified.leads.lost_at) < '2026-07-01 00:00:00') THEN 1 END) AS opportunities_closed__0,
    count(CASE WHEN (unified.leads.opportunity_at IS NOT NULL AND coalesce(unified.leads.won_at, unified.leads.lost_at) >= '2025-12-31 00:00:00' AND coalesce(unified.leads.won_at, unified.leads.lost_at) < '2026-04-01 00:00:00') THEN 1 END) AS opportunities_closed__1
FROM unified.leads;
