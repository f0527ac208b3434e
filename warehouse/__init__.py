"""Where the bank's data lives and who may see it. Reads pass `access.reader`, writes pass `access.audit`."""
