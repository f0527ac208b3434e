SELECT count(CASE WHEN ((EXISTS (SELECT again.lead_id
FROM unified.leads AS again
WHERE again.customer_id = unified.leads.customer_id AND again.created_at > unified.leads.rejected_at)) AND unified.leads.rejected_at >= '2026-04-01 00:00:00' AND unified.leads.rejected_at < '2026-07-01 00:00:00') THEN 1 END) AS rejected_then_back__0,
    count(CASE WHEN ((EXISTS (SELECT again.lead_id
FROM unified.leads AS again
WHERE again.customer_id = unified.leads.customer_id AND again.created_at > unified.leads.rejected_at)) AND unified.leads.rejected_at >= '2025-12-31 00:00:00' AND unified.leads.rejected_at < '2026-04-01 00:00:00') THEN 1 END) AS rejected_then_back__1
FROM unified.leads;
