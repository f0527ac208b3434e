"""One row per customer, and one customer across departments."""
