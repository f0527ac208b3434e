"""Who may come in, what came in, what ran, what was done, what is set and what went wrong: for administrators."""
