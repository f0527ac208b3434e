"""What the numbers mean. No screen, no model, no clock."""
