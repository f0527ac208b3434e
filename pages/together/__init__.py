"""What departments keep for each other: reports today."""
