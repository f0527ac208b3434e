SELECT count(CASE WHEN (unified.tickets.withdrawn IS NOT true AND unified.tickets.opened_at >= '2026-04-01 00:00:00' AND unified.tickets.opened_at < '2026-07-01 00:00:00') THEN 1 END) AS cases_opened__0,
    count(CASE WHEN (unified.tickets.withdrawn IS NOT true AND unified.tickets.opened_at >= '2025-12-31 00:00:00' AND unified.tickets.opened_at < '2026-04-01 00:00:00') THEN 1 END) AS cases_opened__1
FROM unified.tickets;
