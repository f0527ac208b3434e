"""Shared goals: set, signed, followed and forecast."""
