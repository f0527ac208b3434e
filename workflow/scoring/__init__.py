"""What the nightly run works out with the models and keeps: scores, values, credits, checks."""
