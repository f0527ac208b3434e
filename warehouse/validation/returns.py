"""`derived.customer_returns`: customers who left and came back, from what core banking says of them and their accounts.

Somebody came back who joined on a later day than he left, or who holds an account that was opened after he left. Both the
departure and the return stay on their days.
"""

from __future__ import annotations

import duckdb

AFTER_LEAVING = "EXISTS (SELECT 1 FROM unified.customers c WHERE c.customer_id = accounts.customer_id \
AND accounts.opened_on > c.left_on AND c.joined_on <= c.left_on)"
"""SQL: whether an account was opened by somebody who had left, as far as core banking says."""


def write(db: duckdb.DuckDBPyConnection) -> None:
    """Fill `derived.customer_returns`, a row per customer who came back; nothing lies after the as-of day by now."""
    db.execute(
        """
        INSERT INTO derived.customer_returns (customer_id, was_here_from, left_on, returned_on, ended_on)
        WITH opened AS (
            SELECT c.customer_id, min(a.opened_on) FILTER (WHERE a.opened_on <= c.left_on) AS first_on,
                min(a.opened_on) FILTER (WHERE a.opened_on > c.left_on) AS again_on,
                bool_or(a.closed_on IS NULL) FILTER (WHERE a.opened_on > c.left_on) AS holds,
                max(a.closed_on) FILTER (WHERE a.opened_on > c.left_on) AS closed_on
            FROM unified.customers c JOIN unified.accounts a USING (customer_id)
            WHERE c.left_on IS NOT NULL GROUP BY c.customer_id
        )
        SELECT c.customer_id, CASE WHEN c.joined_on <= c.left_on THEN c.joined_on ELSE o.first_on END, c.left_on,
            CASE WHEN c.joined_on > c.left_on THEN c.joined_on ELSE o.again_on END,
            CASE WHEN c.joined_on <= c.left_on AND NOT o.holds THEN o.closed_on END
        FROM unified.customers c LEFT JOIN opened o USING (customer_id)
        WHERE c.left_on IS NOT NULL AND (c.joined_on > c.left_on OR (c.joined_on <= c.left_on AND o.again_on IS NOT NULL))
        """
    )
