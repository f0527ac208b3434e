"""Every metric, one module for each conversation between departments."""
