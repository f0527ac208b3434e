"""Who is who: exact keys, match probabilities and rulings become persons."""
