"""What people and the night do. The only layer, with sign-in, that writes."""
