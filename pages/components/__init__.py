"""What every page is made of: who looks, which filters, the figures, and how they are drawn."""
