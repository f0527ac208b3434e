"""Whether rows keep the contract: types, allowed words, totals, usual volumes, and what the checks found."""
