SELECT count(CASE WHEN (unified.customers.acquired_by_lead_id IS NOT NULL AND (EXISTS (SELECT unified.tickets.ticket_id
FROM unified.tickets
WHERE unified.tickets.customer_id = unified.customers.customer_id AND unified.tickets.complaint IS true AND unified.tickets.withdrawn IS NOT true AND unified.tickets.opened_at >= unified.customers.joined_on AND unified.tickets.opened_at < (CAST(unified.customers.joined_on AS DATE) + CAST(91 AS INTEGER)))) AND unified.customers.joined_on >= '2026-04-01' AND unified.customers.joined_on <= '2026-06-30') THEN 1 END) AS complained_early__0,
    count(CASE WHEN (unified.customers.acquired_by_lead_id IS NOT NULL AND (EXISTS (SELECT unified.tickets.ticket_id
FROM unified.tickets
WHERE unified.tickets.customer_id = unified.customers.customer_id AND unified.tickets.complaint IS true AND unified.tickets.withdrawn IS NOT true AND unified.tickets.opened_at >= unified.customers.joined_on AND unified.tickets.opened_at < (CAST(unified.customers.joined_on AS DATE) + CAST(91 AS INTEGER)))) AND unified.customers.joined_on >= '2025-12-31' AND unified.customers.joined_on <= '2026-03-31') THEN 1 END) AS complained_early__1
FROM unified.customers;
