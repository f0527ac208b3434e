"""The quarterly review as a PDF to read."""
