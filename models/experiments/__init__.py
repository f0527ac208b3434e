"""Treated against held out: planned analyses, uplift, lift, control limits."""
