"""The queue of an RM and of her team."""
