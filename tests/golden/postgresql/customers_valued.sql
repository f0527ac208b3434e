SELECT count(CASE WHEN (derived.customer_values.customer_id IN (SELECT unified.customers.customer_id
FROM unified.customers
WHERE unified.customers.joined_on >= '2026-04-01' AND unified.customers.joined_on <= '2026-06-30' AND unified.customers.acquired_by_lead_id IS NOT NULL) AND derived.customer_values.as_of IN (SELECT max(derived.customer_values.as_of) AS max_1
FROM derived.customer_values) AND derived.customer_values.since_joining IS NOT NULL) THEN 1 END) AS customers_valued__0,
    count(CASE WHEN (derived.customer_values.customer_id IN (SELECT unified.customers.customer_id
FROM unified.customers
WHERE unified.customers.joined_on >= '2025-12-31' AND unified.customers.joined_on <= '2026-03-31' AND unified.customers.acquired_by_lead_id IS NOT NULL) AND derived.customer_values.as_of IN (SELECT max(derived.customer_values.as_of) AS max_1
FROM derived.customer_values) AND derived.customer_values.since_joining IS NOT NULL) THEN 1 END) AS customers_valued__1
FROM derived.customer_values;
