"""Between an extract and the contract: placeholders, spellings, deleted and later rows."""
