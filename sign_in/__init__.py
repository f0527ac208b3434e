"""Who is at the door: accounts, sessions, and the gate that stands in front of every page.

Knows HTTP and the desk, nothing of pages, metrics or models.
"""
