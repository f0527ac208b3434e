SELECT count(CASE WHEN (unified.tickets.withdrawn IS NOT true AND (EXISTS (SELECT once_more.ticket_id
FROM unified.tickets AS once_more
WHERE once_more.customer_id = unified.tickets.customer_id AND once_more.category = unified.tickets.category AND once_more.ticket_id != unified.tickets.ticket_id AND once_more.opened_at <= unified.tickets.opened_at AND (CAST(epoch_us(unified.tickets.opened_at) - epoch_us(once_more.opened_at) AS DOUBLE) / 3600000000) <= 720)) AND unified.tickets.opened_at >= '2026-04-01 00:00:00' AND unified.tickets.opened_at < '2026-07-01 00:00:00') THEN 1 END) AS repeat_cases__0,
    count(CASE WHEN (unified.tickets.withdrawn IS NOT true AND (EXISTS (SELECT once_more.ticket_id
FROM unified.tickets AS once_more
WHERE once_more.customer_id = unified.tickets.customer_id AND once_more.category = unified.tickets.category AND once_more.ticket_id != unified.tickets.ticket_id AND once_more.opened_at <= unified.tickets.opened_at AND (CAST(epoch_us(unified.tickets.opened_at) - epoch_us(once_more.opened_at) AS DOUBLE) / 3600000000) <= 720)) AND unified.tickets.opened_at >= '2025-12-31 00:00:00' AND unified.tickets.opened_at < '2026-04-01 00:00:00') THEN 1 END) AS repeat_cases__1
FROM unified.tickets;
