"""The tables of what staff and operators look after besides cases."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from ledger.schema import at, metadata

staff_task = Table(
    "staff_task",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    at("opened_at", now=True),
    at("closed_at", nullable=True),
    Column("closed_by", Text, ForeignKey("person.id")),
    Column("reason", Text),
    at("due_at", nullable=True),
    at("escalated_at", nullable=True),
    CheckConstraint(
        "(closed_at is null) = (closed_by is null) and (closed_at is null) = (reason is null)",
        name="closed_is_explained",
    ),
    Index(
        "uq_staff_task_open",
        "kind",
        "what",
        unique=True,
        postgresql_where=text("closed_at is null"),
    ),
    Index(
        "ix_staff_task_due",
        "due_at",
        "id",
        postgresql_where=text("closed_at is null and due_at is not null"),
    ),
)

books_check = Table(
    "books_check",
    metadata,
    Column("name", Text, primary_key=True),
    at("ended_at", now=True),
    Column("seconds", Double, nullable=False),
    Column("violations", Integer, nullable=False),
    comment="what the last check of each kind found",
)

failing_step = Table(
    "failing_step",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("what", Text, nullable=False),
    at("since", now=True),
    at("seen_at", now=True),
    comment="tried again as long as it is seen again",
)
