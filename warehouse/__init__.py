"""Where the bank's data lives and who may see it. Reads pass `access`, writes pass `journal`."""
