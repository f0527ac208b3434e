"""What every engine spells differently, written once; and moments of the bank, as values and in SQL."""
