"""Hands: thin, idempotent, with their clients injected."""
