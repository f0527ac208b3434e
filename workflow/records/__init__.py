"""What is written beside the work itself: history of alerts, notes, rulings, the outbox, notes of runs."""
