"""What departments do with figures together: pinned figures, and the records kept about them."""
