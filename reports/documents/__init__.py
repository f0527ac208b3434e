"""What every document is made of: its look, widths of texts, scales, safe cells."""
