"""What is done for one customer: offers, and contact details shown for a reason."""
