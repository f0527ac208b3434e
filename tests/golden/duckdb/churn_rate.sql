SELECT count(CASE WHEN (unified.customers.joined_on < '2026-04-01' AND unified.customers.left_on >= '2026-04-01' AND unified.customers.left_on <= '2026-06-30') THEN 1 END) AS customers_left__0,
    count(CASE WHEN (unified.customers.joined_on < '2025-12-31' AND unified.customers.left_on >= '2025-12-31' AND unified.customers.left_on <= '2026-03-31') THEN 1 END) AS customers_left__1,
    count(CASE WHEN (unified.customers.joined_on < '2026-04-01' AND (unified.customers.left_on IS NULL OR unified.customers.left_on >= '2026-04-01')) THEN 1 END) AS customers_at_start__0,
    count(CASE WHEN (unified.customers.joined_on < '2025-12-31' AND (unified.customers.left_on IS NULL OR unified.customers.left_on >= '2025-12-31')) THEN 1 END) AS customers_at_start__1
FROM unified.customers;
