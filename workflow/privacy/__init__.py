"""What the law asks about people: erasure with a certificate, access to what is held, and retention."""
