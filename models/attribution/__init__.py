"""Removal effects, response curves and days in a stage."""
