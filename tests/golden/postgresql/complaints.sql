SELECT count(CASE WHEN (unified.tickets.complaint IS true AND unified.tickets.withdrawn IS NOT true AND unified.tickets.opened_at >= '2026-04-01 00:00:00' AND unified.tickets.opened_at < '2026-07-01 00:00:00') THEN 1 END) AS complaints__0,
    count(CASE WHEN (unified.tickets.complaint IS true AND unified.tickets.withdrawn IS NOT true AND unified.tickets.opened_at >= '2025-12-31 00:00:00' AND unified.tickets.opened_at < '2026-04-01 00:00:00') THEN 1 END) AS complaints__1
FROM unified.tickets;
