"""The joint funnel: stages, steps and waits."""
