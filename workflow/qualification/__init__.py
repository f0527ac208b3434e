"""What Sales and Marketing agree on leads: versions of qualified, decisions, deadlines of first contact."""
