"""The tables of what is proven to others: who owns a work, and who looked at what in a case."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
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

certificate = Table(
    "certificate",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column(
        "version", Integer, nullable=False, comment="of the case, with which the work changed hands"
    ),
    Column(
        "revokes",
        Text,
        ForeignKey("certificate.id"),
        comment="null: it certifies; else which one it takes back",
    ),
    Column("public_key", LargeBinary, ForeignKey("signing_key.public_key"), nullable=False),
    Column("document", LargeBinary, nullable=False, comment="canonical JSON with its signature"),
    Column(
        "paper",
        LargeBinary,
        comment="the PDF, sealed with the same key; null: too long for paper",
    ),
    at("issued_at", now=True),
    CheckConstraint("octet_length(document) > 0", name="says_something"),
    Index("ix_certificate_case_id", "case_id", text("id desc")),
    Index("ix_certificate_revokes", "revokes", postgresql_where=text("revokes is not null")),
)

case_access = Table(
    "case_access",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("role", Text, nullable=False, comment="as whom they looked"),
    Column("what", Text, nullable=False),
    Column("file_id", Text, ForeignKey("file.id")),
    at("at", now=True),
    Column(
        "minute",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("date_trunc('minute', now())"),
        comment="whoever looks again within it is one row",
    ),
    CheckConstraint("what in ('brief','entries','file','preview')", name="what_is_known"),
    CheckConstraint("(what in ('brief','entries')) = (file_id is null)", name="names_its_file"),
    Index("ix_case_access_case_id", "case_id", "seq"),
    Index("ix_case_access_file_id", "file_id", postgresql_where=text("file_id is not null")),
    Index(
        "uq_case_access_minute",
        "case_id",
        "person_id",
        "role",
        "what",
        "file_id",
        "minute",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)
