SELECT count(CASE WHEN (unified.leads.created_at >= '2026-04-01 00:00:00' AND unified.leads.created_at < '2026-07-01 00:00:00' AND unified.leads.accepted_at < '2026-07-01 00:00:00') THEN 1 END) AS accepted_by_the_end__0,
    count(CASE WHEN (unified.leads.created_at >= '2025-12-31 00:00:00' AND unified.leads.created_at < '2026-04-01 00:00:00' AND unified.leads.accepted_at < '2026-04-01 00:00:00') THEN 1 END) AS accepted_by_the_end__1
FROM unified.leads;
