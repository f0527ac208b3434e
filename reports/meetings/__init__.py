"""The pack of a meeting: what there is to talk about, filled from the data with the rights of whoever opens it."""
