"""The tables of money that goes out: where people are paid, and what each payment run pays."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from ledger.schema import at, metadata

VIAS = "via in ('us_bank','iban','stripe')"

payout_method = Table(
    "payout_method",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("via", Text, CheckConstraint(VIAS, name="via_is_known"), nullable=False),
    Column("payload", LargeBinary, nullable=False, comment="where it leads, sealed"),
    Column("key_id", Text, nullable=False, comment="under which key"),
    Column("last_four", Text, nullable=False),
    at("added_at", now=True),
    at("replaced_at", nullable=True),
    CheckConstraint("last_four ~ '^([0-9A-Za-z-]{4})?$'", name="four_and_no_more"),
    Index(
        "uq_payout_method_in_force",
        "person_id",
        unique=True,
        postgresql_where=text("replaced_at is null"),
    ),
)

payment_run = Table(
    "payment_run",
    metadata,
    Column("payment_date", Date, primary_key=True),
    Column("execute_on", Date, nullable=False, comment="the date, or the day of a late approval"),
    Column("approved_by", Text, ForeignKey("person.id"), nullable=False, comment="the last one"),
    at("approved_at", now=True),
    CheckConstraint("execute_on >= payment_date", name="not_before_its_date"),
)

payment_approval = Table(
    "payment_approval",
    metadata,
    Column("payment_date", Date),
    Column("person_id", Text, ForeignKey("person.id")),
    Column("seen_count", Integer, nullable=False, comment="withdrawals whoever approved saw"),
    Column("seen_minor", BigInteger, nullable=False, comment="and their sum"),
    at("at", now=True),
    PrimaryKeyConstraint("payment_date", "person_id"),
)

payout = Table(
    "payout",
    metadata,
    Column("withdrawal_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("payment_date", Date, ForeignKey("payment_run.payment_date"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("method_id", Text, ForeignKey("payout_method.id"), nullable=False),
    Column("via", Text, CheckConstraint(VIAS, name="via_is_known"), nullable=False),
    Column("amount_minor", BigInteger, nullable=False, comment="what arrives"),
    Column("currency", Text, nullable=False),
    Column("refusal", Text, comment="the check that failed at the approval; it is not paid"),
    Column("outcome", Text, comment="what the bank did, as accounting say"),
    Column("reason", Text, comment="why it failed"),
    Column("answered_by", Text, ForeignKey("person.id")),
    at("answered_at", nullable=True),
    Column("returned_reason", Text, comment="why the bank sent it back"),
    Column("returned_by", Text, ForeignKey("person.id")),
    at("returned_at", nullable=True),
    CheckConstraint("amount_minor > 0", name="amount_is_positive"),
    CheckConstraint("outcome in ('paid','failed')", name="outcome_is_known"),
    CheckConstraint(
        "(outcome is null) = (answered_by is null) and (outcome is null) = (answered_at is null)"
        " and (reason is not null) = (outcome is not distinct from 'failed')",
        name="answered_is_explained",
    ),
    CheckConstraint("outcome is null or refusal is null", name="refused_is_not_paid"),
    CheckConstraint(
        "(returned_at is null) = (returned_by is null)"
        " and (returned_at is null) = (returned_reason is null)"
        " and (returned_at is null or outcome is not distinct from 'paid')",
        name="returned_was_paid",
    ),
    CheckConstraint("answered_by <> person_id and returned_by <> person_id", name="not_ones_own"),
    Index("ix_payout_payment_date", "payment_date", "withdrawal_id"),
)
