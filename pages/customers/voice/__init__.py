"""The voice of the customer."""
