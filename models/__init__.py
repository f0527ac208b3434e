"""What we predict: frame in, frame out; no database, no screen, no clock.

`churn` who is about to leave · `attribution` what would be lost without a channel · `lifetime_value` what a customer
will still bring, `hindsight` how right that was · `worth` whether it is worth its cost · `response` what spend
wins. `features`, `figures`, `reasons`, `card` and `saved` are the parts of a prediction: what it may look at, how it
is judged, why it says so, and its file.
"""
