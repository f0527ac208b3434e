SELECT count(CASE WHEN (unified.customers.acquired_by_lead_id IS NOT NULL AND unified.customers.joined_on >= '2026-04-01' AND unified.customers.joined_on <= '2026-06-30') THEN 1 END) AS customers_acquired__0,
    count(CASE WHEN (unified.customers.acquired_by_lead_id IS NOT NULL AND unified.customers.joined_on >= '2025-12-31' AND unified.customers.joined_on <= '2026-03-31') THEN 1 END) AS customers_acquired__1
FROM unified.customers;
