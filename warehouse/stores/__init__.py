"""Where a bank is kept: snapshots as DuckDB files or on a PostgreSQL server, and the connections to both stores."""
