SELECT count(CASE WHEN (unified.leads.mql_at IS NOT NULL AND unified.leads.rejected_at >= '2026-04-01 00:00:00' AND unified.leads.rejected_at < '2026-07-01 00:00:00') THEN 1 END) AS rejected__0,
    count(CASE WHEN (unified.leads.mql_at IS NOT NULL AND unified.leads.rejected_at >= '2025-12-31 00:00:00' AND unified.leads.rejected_at < '2026-04-01 00:00:00') THEN 1 END) AS rejected__1
FROM unified.leads;
