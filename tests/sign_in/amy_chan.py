"""Who signs in, in these tests, and from where."""

PASSWORD = "correct horse battery staple"
OFFICE = "203.0.113.7"
