"""The tables of the journal, which only functions of the database write."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ledger.schema import at, metadata

account_kind = Table(
    "account_kind",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("floor", BigInteger, comment="never below; null: no floor"),
    Column("ceiling", BigInteger, comment="never above; null: no ceiling"),
    Column("shared", Boolean, nullable=False, comment="64 accounts, one for a connection"),
    Column("lock_rank", SmallInteger, nullable=False, comment="1 people, 2 cases, 3 platform"),
    CheckConstraint("lock_rank between 1 and 3", name="lock_rank_is_known"),
    comment="the chart of accounts, equal to domain/accounts.py",
)

account = Table(
    "account",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="in lock order"),
    Column("owner", Text, nullable=False),
    Column("kind", Text, ForeignKey("account_kind.kind"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("shard", SmallInteger, nullable=False, server_default=text("0")),
    Column("floor", BigInteger, comment="never below; null: no floor"),
    Column("ceiling", BigInteger, comment="never above; null: no ceiling"),
    Column("balance_minor", BigInteger, nullable=False, server_default=text("0")),
    Column("seq", BigInteger, nullable=False, server_default=text("0")),
    UniqueConstraint("owner", "kind", "currency", "shard"),
    CheckConstraint("balance_minor >= floor", name="floor"),
    CheckConstraint("balance_minor <= ceiling", name="ceiling"),
    CheckConstraint("shard between 0 and 63", name="shard_is_known"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_a_code"),
    postgresql_with={"fillfactor": 80},
)

journal_entry = Table(
    "journal_entry",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Text, index=True),
    Column("cause", Text, nullable=False, comment="the step or decision behind it"),
    at("effective_at"),
    at("recorded_at", now=True),
    Column("reverses", BigInteger, ForeignKey("journal_entry.id"), unique=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("leg_count", SmallInteger, nullable=False),
    CheckConstraint("leg_count >= 2", name="two_legs"),
    CheckConstraint("reference <> ''", name="reference_says_something"),
)

leg = Table(
    "leg",
    metadata,
    Column("account_id", BigInteger, ForeignKey("account.id")),
    Column("account_seq", BigInteger),
    Column("entry_id", BigInteger, ForeignKey("journal_entry.id"), nullable=False, index=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("balance_after", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "account_seq"),
    CheckConstraint("amount_minor <> 0", name="moves_something"),
)

seal = Table(
    "seal",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False, comment="from 1, without a gap"),
    Column("entry_id", BigInteger, ForeignKey("journal_entry.id"), nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256 of previous and the content"),
    Column("previous", LargeBinary, nullable=False, comment="hash of seal n - 1; first: zeros"),
    CheckConstraint(
        "n > 0 and octet_length(hash) = 32 and octet_length(previous) = 32", name="is_whole"
    ),
)
