"""Pages for the executives."""
