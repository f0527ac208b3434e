"""Figures against each other and against goals: intervals first, and every figure in words."""
