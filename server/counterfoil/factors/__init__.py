"""Pure token kinds: data in, verdict out. No clock, no database, no network."""
