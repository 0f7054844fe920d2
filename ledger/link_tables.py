"""The tables of who is linked with whom: keyed marks, and what staff decided of a pair."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    text,
)

from ledger.schema import at, metadata

identity_mark = Table(
    "identity_mark",
    metadata,
    Column("source_id", Text, primary_key=True, comment="what it was made of: a payout method"),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("mark", Text, nullable=False, comment="HMAC-SHA256"),
    Column("key_id", Text, nullable=False, comment="under a key made from this one"),
    CheckConstraint("kind in ('payout_account')", name="kind_is_known"),
    CheckConstraint("mark ~ '^[0-9a-f]{64}$'", name="is_a_keyed_hash"),
    Index("ix_identity_mark_mark", "mark", "person_id"),
    Index("ix_identity_mark_person_id", "person_id", "mark"),
)

link_decision = Table(
    "link_decision",
    metadata,
    Column("id", Text, primary_key=True),
    Column("one_id", Text, ForeignKey("person.id"), nullable=False),
    Column("other_id", Text, ForeignKey("person.id"), nullable=False),
    Column(
        "linked",
        Boolean,
        nullable=False,
        comment="false: what they have in common links them no longer",
    ),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, ForeignKey("person.id"), nullable=False),
    at("decided_at", now=True),
    at("replaced_at", nullable=True),
    CheckConstraint("one_id < other_id", name="is_in_order"),
    CheckConstraint("decided_by <> one_id and decided_by <> other_id", name="not_ones_own"),
    Index(
        "uq_link_decision_in_force",
        "one_id",
        "other_id",
        unique=True,
        postgresql_where=text("replaced_at is null"),
    ),
    Index("ix_link_decision_other_id", "other_id", "one_id"),
)
