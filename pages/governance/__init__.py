"""What words mean, and how fresh the data is."""
