"""The tables of tax forms: what a form says lies sealed, and who read it is written down."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from ledger.schema import at, metadata

tax_form = Table(
    "tax_form",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", Text, CheckConstraint("kind in ('w9','w8ben')", name="kind"), nullable=False),
    Column("state", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False, comment="what the form says, sealed"),
    Column("key_id", Text, nullable=False, comment="under which key"),
    Column("tin_type", Text, nullable=False),
    Column("tin_last_four", Text),
    Column("full_name", Text, nullable=False, comment="typed by whoever signed"),
    Column("certification", Integer, nullable=False, comment="the version that was signed"),
    at("signed_at", now=True),
    Column("signed_on", Date, nullable=False, comment="the day the signature bears"),
    Column("valid_until", Date, comment="the last day; null: until it is replaced"),
    Column("file_id", Text, ForeignKey("file.id"), comment="the form signed on paper"),
    Column("checked_by", Text, ForeignKey("person.id")),
    at("checked_at", nullable=True),
    Column("reason", Text),
    CheckConstraint(
        "state in ('signed','awaiting_check','rejected','superseded','expired')",
        name="state_is_known",
    ),
    CheckConstraint("tin_type in ('ssn','itin','ein','foreign','none')", name="tin_type_is_known"),
    CheckConstraint("tin_last_four ~ '^[0-9A-Za-z]{4}$'", name="four_and_no_more"),
    CheckConstraint("(kind = 'w8ben') = (valid_until is not null)", name="ends_or_does_not"),
    CheckConstraint(
        "(checked_by is null) = (checked_at is null) and (checked_by is null) = (reason is null)",
        name="checked_is_explained",
    ),
    CheckConstraint("checked_by <> person_id", name="two_people"),
    CheckConstraint(
        "case when file_id is null then checked_by is null"
        " and state in ('signed','superseded','expired')"
        " when checked_by is null then state in ('awaiting_check','superseded')"
        " else state <> 'awaiting_check' end",
        name="paper_is_checked",
    ),
    Index("ix_tax_form_state", "state", text("id desc")),
    Index(
        "uq_tax_form_in_force",
        "person_id",
        unique=True,
        postgresql_where=text("state = 'signed'"),
    ),
    Index(
        "uq_tax_form_to_check",
        "person_id",
        unique=True,
        postgresql_where=text("state = 'awaiting_check'"),
    ),
    Index("ix_tax_form_ends", "valid_until", postgresql_where=text("state = 'signed'")),
    Index("ix_tax_form_file_id", "file_id", postgresql_where=text("file_id is not null")),
)

tax_form_reminder = Table(
    "tax_form_reminder",
    metadata,
    Column("form_id", Text, ForeignKey("tax_form.id"), primary_key=True),
    Column("days", Integer, primary_key=True, autoincrement=False),
    at("at", now=True),
    CheckConstraint("days > 0", name="is_before"),
    comment="its person was told so many days before its last one",
)

tax_access = Table(
    "tax_access",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("form_id", Text, ForeignKey("tax_form.id"), nullable=False, index=True),
    Column("reader_id", Text, ForeignKey("person.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    at("at", now=True),
    CheckConstraint(
        "purpose in ('signer','record','filing required by law')", name="purpose_is_known"
    ),
)
