"""The application database: the tables people write, and the steps that bring it to this version."""
