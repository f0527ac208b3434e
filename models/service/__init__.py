"""Themes of service cases, and working time."""
