"""Tables and the dictionary as files."""
