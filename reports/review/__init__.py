"""A quarterly review as plain values: its parts, what every answer starts from, and the form it is kept in."""
