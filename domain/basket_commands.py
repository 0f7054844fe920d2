"""What a client decides on a basket."""

from domain.command import Command

MOST_ITEMS = 50
"""Listings in one basket."""


class BuyBasket(Command):
    """The client pays for the listings as they saw them: each becomes a job in review."""
