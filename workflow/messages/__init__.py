"""Messages to people: what waits, where it goes, and what could not be delivered."""
