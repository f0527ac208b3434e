"""Relationship managers: who needs a call, and the whole customer."""
