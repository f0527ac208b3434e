"""Short lessons with exercises on the reader's own data, and how far the departments are."""
