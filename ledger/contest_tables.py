"""The table of what freelancers enter in contests."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledger.schema import at, metadata

contest_entry = Table(
    "contest_entry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contest_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("freelancer_id", Text, ForeignKey("person.id"), nullable=False),
    Column("number", Integer, nullable=False, comment="in the order they came"),
    Column("state", Text, nullable=False, server_default="entered"),
    Column("note", Text, nullable=False),
    Column("hash", Text, nullable=False, comment="SHA-256 of its files' SHA-256, when entered"),
    Column("rating", SmallInteger),
    Column("comment", Text, comment="the client's, for its freelancer alone"),
    Column("finalist", Boolean, nullable=False, server_default=text("false")),
    Column("job_id", Text, ForeignKey("cases.id"), index=True, comment="its handover"),
    Column("removed_because", Text),
    at("entered_at", now=True),
    at("changed_at", now=True),
    UniqueConstraint("contest_id", "number"),
    CheckConstraint("state in ('entered','withdrawn','removed','awarded')", name="state_is_known"),
    CheckConstraint("(state = 'awarded') = (job_id is not null)", name="awarded_has_job"),
    CheckConstraint("rating between 1 and 5", name="rating_is_known"),
    CheckConstraint("length(hash) = 64", name="hash_is_whole"),
    CheckConstraint(
        "(state = 'removed') = (removed_because is not null)", name="removed_for_a_reason"
    ),
    Index("ix_contest_entry_freelancer_id", "freelancer_id", text("id desc")),
    Index("ix_contest_entry_of_one", "contest_id", "freelancer_id"),
)
