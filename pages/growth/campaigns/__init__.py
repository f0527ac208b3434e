"""Campaigns: promises, overlap and their lives."""
