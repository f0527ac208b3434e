"""Channels: what they are credited with, cost and are worth, and where the next money goes."""
