"""Charts: one template, and what is drawn over time, by value and beside a review."""
