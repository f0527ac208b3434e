"""The ten questions of a quarterly review, a module for each: what it reads, and how it says what it found."""
