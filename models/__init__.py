"""What we predict: frame in, frame out; no database, no screen, no clock.

`churn` says who is about to leave and why, `attribution` what would be lost without a channel and what spend wins.
`value` says what a customer will still bring and whether that is worth its cost. `experiments` says what our work
changed, `service` what cases are about, and `evaluation` how right a prediction was.
"""
