"""The quarterly review as slides."""
