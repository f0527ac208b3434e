SELECT count(CASE WHEN (unified.customers.joined_on <= '2026-03-31' AND (unified.customers.left_on <= '2026-03-31' AND unified.customers.joined_on <= unified.customers.left_on) IS NOT true OR (EXISTS (SELECT derived.customer_returns.customer_id
FROM derived.customer_returns
WHERE derived.customer_returns.customer_id = unified.customers.customer_id AND (derived.customer_returns.returned_on <= '2026-03-31' AND (derived.customer_returns.ended_on IS NULL OR derived.customer_returns.ended_on > '2026-03-31') OR derived.customer_returns.was_here_from <= '2026-03-31' AND derived.customer_returns.left_on > '2026-03-31')))) THEN 1 END) AS customers_at_start__0,
    count(CASE WHEN (unified.customers.joined_on <= '2025-12-30' AND (unified.customers.left_on <= '2025-12-30' AND unified.customers.joined_on <= unified.customers.left_on) IS NOT true OR (EXISTS (SELECT derived.customer_returns.customer_id
FROM derived.customer_returns
WHERE derived.customer_returns.customer_id = unified.customers.customer_id AND (derived.customer_returns.returned_on <= '2025-12-30' AND (derived.customer_returns.ended_on IS NULL OR derived.customer_returns.ended_on > '2025-12-30') OR derived.customer_returns.was_here_from <= '2025-12-30' AND derived.customer_returns.left_on > '2025-12-30')))) THEN 1 END) AS customers_at_start__1
FROM unified.customers;
