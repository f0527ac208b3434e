"""Marketing and Sales: the joint funnel and what brings customers."""
