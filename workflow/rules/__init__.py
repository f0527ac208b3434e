"""Alert rules: what they say, their versions, and what another threshold would flag."""
