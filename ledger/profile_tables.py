"""The table of what freelancers say of themselves."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from ledger.schema import at, metadata

profile = Table(
    "profile",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("state", Text, nullable=False, server_default="draft"),
    Column("title", Text),
    Column("summary", Text),
    Column("skills", ARRAY(Text), nullable=False, server_default="{}"),
    Column("rate_minor", BigInteger, comment="for an hour, if it is said"),
    Column("currency", Text, nullable=False, server_default="USD"),
    Column("credentials", Text),
    Column("experience", JSONB, nullable=False, server_default="[]"),
    Column("portfolio", JSONB, nullable=False, server_default="[]"),
    Column("education", JSONB, nullable=False, server_default="[]"),
    Column("certifications", JSONB, nullable=False, server_default="[]"),
    at("published_at", nullable=True),
    at("created_at", now=True),
    at("changed_at", now=True),
    CheckConstraint("state in ('draft','published')", name="state_is_known"),
    CheckConstraint("rate_minor > 0", name="hour_costs_something"),
    CheckConstraint(
        "state = 'draft' or (published_at is not null and title is not null"
        " and summary is not null and skills <> '{}')",
        name="published_is_findable",
    ),
)
