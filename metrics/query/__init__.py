"""From metrics and a scope to statements and back to figures; what is not there, and why."""
