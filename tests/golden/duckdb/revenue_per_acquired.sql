SELECT CAST(sum(CASE WHEN (unified.revenues.customer_id IN (SELECT unified.customers.customer_id
FROM unified.customers
WHERE unified.customers.joined_on >= '2026-04-01' AND unified.customers.joined_on <= '2026-06-30' AND unified.customers.acquired_by_lead_id IS NOT NULL)) THEN unified.revenues.revenue END) AS DOUBLE) AS revenue_of_acquired__0,
    CAST(sum(CASE WHEN (unified.revenues.customer_id IN (SELECT unified.customers.customer_id
FROM unified.customers
WHERE unified.customers.joined_on >= '2025-12-31' AND unified.customers.joined_on <= '2026-03-31' AND unified.customers.acquired_by_lead_id IS NOT NULL)) THEN unified.revenues.revenue END) AS DOUBLE) AS revenue_of_acquired__1
FROM unified.revenues;

SELECT count(CASE WHEN (unified.customers.acquired_by_lead_id IS NOT NULL AND unified.customers.joined_on >= '2026-04-01' AND unified.customers.joined_on <= '2026-06-30') THEN 1 END) AS customers_acquired__0,
    count(CASE WHEN (unified.customers.acquired_by_lead_id IS NOT NULL AND unified.customers.joined_on >= '2025-12-31' AND unified.customers.joined_on <= '2026-03-31') THEN 1 END) AS customers_acquired__1
FROM unified.customers;
