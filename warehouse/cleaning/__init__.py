"""Between an extract and the contract: what stands for nothing, spellings, deleted and later rows."""
