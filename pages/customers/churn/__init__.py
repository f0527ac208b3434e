"""Rules, model and experiments behind the alerts."""
