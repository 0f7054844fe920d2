"""Life: what waits for what, and for how long; nothing here decides."""
