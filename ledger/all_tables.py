"""Every table of the book of record, for whoever compares them with the schema itself."""

from ledger import (
    contest_tables,
    file_tables,
    journal_tables,
    link_tables,
    listing_tables,
    market_tables,
    outside_tables,
    payment_tables,
    profile_tables,
    proof_tables,
    tables,
    tax_tables,
    watch_tables,
)
from ledger.schema import metadata

__all__ = [
    "contest_tables",
    "file_tables",
    "journal_tables",
    "link_tables",
    "listing_tables",
    "market_tables",
    "metadata",
    "outside_tables",
    "payment_tables",
    "profile_tables",
    "proof_tables",
    "tables",
    "tax_tables",
    "watch_tables",
]
