"""What a metric is made of: measures, scopes, dimensions, quarters. No statement is built here."""
