"""The front door for the scheduler and the operator: `python -m cli`. It alone, with `app.py`, reads the clock and the
environment.

Each command imports what it needs when it runs: the model library alone takes seconds that `load` should not wait for.
"""
