"""How good a prediction is, with intervals, and what is known about a fitted model."""
