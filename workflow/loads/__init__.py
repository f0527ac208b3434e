"""Loads that an administrator prepares on a page: the files, their mappings, the dry run and the load itself."""
