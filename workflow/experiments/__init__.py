"""Experiments: who was held out, on which planned days results are read, and what they showed."""
