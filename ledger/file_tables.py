"""The tables of uploads that arrive in parts, until each becomes a file."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from ledger.schema import at, metadata, store_key

upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, comment="of the whole, if its sender said so"),
    Column("file_id", Text, ForeignKey("file.id"), unique=True, comment="what it became"),
    at("created_at", now=True),
    at("expires_at"),
    CheckConstraint("size > 0 and length(sha256) = 64", name="is_announced"),
    Index("ix_upload_expires_at", "expires_at"),
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", Text, ForeignKey("upload.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    store_key(),
    PrimaryKeyConstraint("upload_id", "number"),
    CheckConstraint("number > 0 and size > 0 and length(sha256) = 64", name="is_whole"),
)
