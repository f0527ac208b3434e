"""A figure on a page: its card, what it opens into, and tables whose figures open."""
