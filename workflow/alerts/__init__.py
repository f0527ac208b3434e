"""The life of an alert: raised, owned, worked, followed up."""
