"""The tables of what the outside announced and booked, and of how it differs from the book."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Table,
    Text,
    text,
)

from ledger.schema import at, metadata

SOURCE = "source in ('stripe','bank')"

outside_line = Table(
    "outside_line",
    metadata,
    Column("source", Text, primary_key=True),
    Column(
        "account", Text, primary_key=True, comment="which of ours; empty where there is only one"
    ),
    Column("id", Text, primary_key=True, comment="the outside's own"),
    Column(
        "key",
        Text,
        nullable=False,
        comment="what entries of ours call it by: an id of the outside too",
    ),
    Column("kind", Text, nullable=False),
    Column(
        "amount_minor", BigInteger, nullable=False, comment="before the fee; above zero what came"
    ),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    at("booked_at"),
    Column("counterparty", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("file_id", Text, ForeignKey("file.id"), comment="the statement it came with"),
    at("told_at", now=True),
    CheckConstraint(SOURCE, name="source_is_known"),
    CheckConstraint("id <> '' and key <> ''", name="is_named"),
    Index("ix_outside_line_key", "source", "key"),
    Index("ix_outside_line_file_id", "file_id", postgresql_where=text("file_id is not null")),
)

processor_payout = Table(
    "processor_payout",
    metadata,
    Column("id", Text, primary_key=True, comment="the processor's own"),
    Column("arrives_on", Date, nullable=False, comment="from that day on the bank should have it"),
    Column("bank_reference", Text, comment="what the bank calls it, once the processor says"),
    comment="a payout of the processor's to our own bank account",
)

outside_reading = Table(
    "outside_reading",
    metadata,
    Column("source", Text, primary_key=True),
    at("complete_to"),
    CheckConstraint(SOURCE, name="source_is_known"),
    comment="until when all lines of the outside are here",
)

difference = Table(
    "difference",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column(
        "key",
        Text,
        nullable=False,
        comment="the outside's id, or our entry's reference if it has none",
    ),
    Column("currency", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("reference", Text, comment="the first entry of ours it is about, if there is one"),
    Column("here_minor", BigInteger, nullable=False),
    Column("here_fee_minor", BigInteger, nullable=False),
    Column("there_minor", BigInteger, nullable=False),
    Column("there_fee_minor", BigInteger, nullable=False),
    at("first_seen_at", now=True),
    at("seen_at", now=True),
    at("gone_at", nullable=True),
    CheckConstraint(SOURCE, name="source_is_known"),
    CheckConstraint("side in ('only there','only here','differs')", name="side_is_known"),
    CheckConstraint(
        "here_minor <> there_minor or here_fee_minor <> there_fee_minor", name="differs"
    ),
    Index(
        "uq_difference_open",
        "source",
        "key",
        "currency",
        unique=True,
        postgresql_where=text("gone_at is null"),
    ),
)

clearance = Table(
    "clearance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("difference_id", Text, ForeignKey("difference.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column(
        "amount_minor", BigInteger, nullable=False, comment="there less here, when it was proposed"
    ),
    Column("fee_minor", BigInteger, nullable=False),
    Column("proposed_by", Text, ForeignKey("person.id"), nullable=False),
    at("proposed_at", now=True),
    Column("confirmed_by", Text, ForeignKey("person.id")),
    at("confirmed_at", nullable=True),
    Column("confirmed_because", Text),
    CheckConstraint("kind in ('processor_fee','suspense','losses','client')", name="kind_is_known"),
    CheckConstraint("amount_minor <> 0 or fee_minor <> 0", name="moves_something"),
    CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
    CheckConstraint(
        "(confirmed_by is null) = (confirmed_at is null)"
        " and (confirmed_by is null) = (confirmed_because is null)",
        name="confirmed_is_explained",
    ),
    Index("ix_clearance_difference_id", "difference_id", "id"),
    comment="the newest one of a difference is the one in force",
)

processor_event = Table(
    "processor_event",
    metadata,
    Column("id", Text, primary_key=True, comment="the processor's own"),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False, comment="the processor's id of what changed"),
    Column("case_id", Text, comment="as its metadata name it; nobody vouches for that"),
    at("created_at"),
    at("received_at", now=True),
    Index("ix_processor_event_created_at", "created_at"),
    Index(
        "ix_processor_event_disputes",
        "about",
        postgresql_where=text("kind like 'charge.dispute.%'"),
    ),
)

processor_look = Table(
    "processor_look",
    metadata,
    Column("name", Text, primary_key=True),
    at("began_at"),
    comment="when the last look began that saw all that was announced",
)
