"""The complaints that wait, for Service."""
