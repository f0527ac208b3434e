"""Which contacts, channels and campaigns wins are credited to, and what the customers they brought are worth."""
