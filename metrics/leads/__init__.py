"""Leads over time: cohorts, days in a stage, and the backlog at an instant."""
