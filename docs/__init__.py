"""Pages written from the law, so that they can never say something else than it does."""
