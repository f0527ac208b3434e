"""Short lessons on figures, experiments and working together, each with an exercise on the reader's own data."""
