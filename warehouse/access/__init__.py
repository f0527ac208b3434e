"""The two doors: every read passes `reader` with its row rules, every write passes `audit`."""
