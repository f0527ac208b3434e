"""What “qualified” means: a rule over a lead's attributes, and its versions."""
