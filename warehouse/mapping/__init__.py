"""Proposals for mappings: what a folder of exports seems to hold, and a mapping per table for a person to read."""
