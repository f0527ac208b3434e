"""A campaign's life, its alarms, and the one conclusion about it."""
