"""Who is at the door: accounts, sessions, and the gate that stands in front of every page.

Knows HTTP and the application database, nothing of pages, metrics or models.
"""
