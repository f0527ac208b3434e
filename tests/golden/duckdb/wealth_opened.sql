SELECT count(CASE WHEN (unified.accounts.product IN ('investment', 'insurance') AND unified.accounts.opened_on >= '2026-04-01' AND unified.accounts.opened_on <= '2026-06-30' AND unified.accounts.customer_id IN (SELECT unified.customers.customer_id
FROM unified.customers
WHERE (unified.customers.joined_on <= '2026-03-31' OR unified.customers.joined_on IS NULL) AND (unified.customers.left_on <= '2026-03-31' AND (unified.customers.joined_on <= unified.customers.left_on OR unified.customers.joined_on IS NULL)) IS NOT true OR unified.customers.customer_id IN (SELECT derived.customer_returns.customer_id
FROM derived.customer_returns
WHERE derived.customer_returns.returned_on <= '2026-03-31' AND (derived.customer_returns.ended_on IS NULL OR derived.customer_returns.ended_on > '2026-03-31') OR derived.customer_returns.was_here_from <= '2026-03-31' AND derived.customer_returns.left_on > '2026-03-31'))) THEN 1 END) AS wealth_opened__0,
    count(CASE WHEN (unified.accounts.product IN ('investment', 'insurance') AND unified.accounts.opened_on >= '2025-12-31' AND unified.accounts.opened_on <= '2026-03-31' AND unified.accounts.customer_id IN (SELECT unified.customers.customer_id
FROM unified.customers
WHERE (unified.customers.joined_on <= '2025-12-30' OR unified.customers.joined_on IS NULL) AND (unified.customers.left_on <= '2025-12-30' AND (unified.customers.joined_on <= unified.customers.left_on OR unified.customers.joined_on IS NULL)) IS NOT true OR unified.customers.customer_id IN (SELECT derived.customer_returns.customer_id
FROM derived.customer_returns
WHERE derived.customer_returns.returned_on <= '2025-12-30' AND (derived.customer_returns.ended_on IS NULL OR derived.customer_returns.ended_on > '2025-12-30') OR derived.customer_returns.was_here_from <= '2025-12-30' AND derived.customer_returns.left_on > '2025-12-30'))) THEN 1 END) AS wealth_opened__1
FROM unified.accounts;
