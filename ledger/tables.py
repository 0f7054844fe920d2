"""Every table of the book of record, as SQLAlchemy Core sees it; constraints live in the schema."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _at(name: str, *, now: bool = False, nullable: bool = False) -> Column[object]:
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable or False, server_default=default)


# People.

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True, comment="lower case"),
    Column("name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("start_when_funded", Boolean, nullable=False, server_default=text("true")),
    _at("created_at", now=True),
    CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    CheckConstraint(
        "roles <@ array['staff','accounting','mediator','head_of_support']", name="roles_are_known"
    ),
    Index("ix_person_roles", "roles", postgresql_using="gin"),
)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True, comment="SHA-256 of the opaque token"),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    _at("created_at", now=True),
    _at("expires_at"),
)

deadline_feed = Table(
    "deadline_feed",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the secret"),
    _at("created_at", now=True),
)

agreement = Table(
    "agreement",
    metadata,
    Column("kind", Text, CheckConstraint("kind in ('nda','undertaking')", name="kind")),
    Column("version", Integer),
    Column("body", Text, nullable=False),
    _at("in_force_at", now=True),
    PrimaryKeyConstraint("kind", "version"),
)

signature = Table(
    "signature",
    metadata,
    Column("person_id", Text, ForeignKey("person.id")),
    Column("kind", Text),
    Column("version", Integer),
    Column("full_name", Text, nullable=False),
    _at("signed_at", now=True),
    PrimaryKeyConstraint("person_id", "kind", "version"),
)

work_permission = Table(
    "work_permission",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("us_citizen", Boolean, nullable=False),
    Column("lives_in_us", Boolean, nullable=False),
    Column("permitted_in_us", Boolean, comment="asked only of those who live there"),
    Column("result", Text, nullable=False),
    _at("answered_at", now=True),
    CheckConstraint("result in ('w9','w8ben','not_allowed','unclear')", name="result_is_known"),
)

# Cases and what happened to them.

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parent_id", Text, ForeignKey("cases.id"), index=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("over", Boolean, nullable=False),
    Column("owner", Text, comment="whose turn it is: a role"),
    _at("due_at", nullable=True),
    _at("wake_at", nullable=True),
    Column("client_id", Text, ForeignKey("person.id"), nullable=False),
    Column("freelancer_id", Text, ForeignKey("person.id"), nullable=False),
    Column("mediator_id", Text, ForeignKey("person.id")),
    Column("terms", JSONB, nullable=False, comment="frozen when the contract starts"),
    Column("data", JSONB, nullable=False),
    _at("opened_at"),
    _at("last_event_at"),
    _at("closed_at", nullable=True),
    CheckConstraint(
        "over or (owner is not null and due_at is not null)", name="open_has_owner_and_due_time"
    ),
    CheckConstraint("over = (closed_at is not null)", name="over_is_closed"),
    Index("ix_cases_client", "client_id", "kind", text("id desc")),
    Index("ix_cases_freelancer", "freelancer_id", "kind", text("id desc")),
    Index("ix_cases_mediator", "mediator_id", text("id desc")),
    Index("ix_cases_wake_at", "wake_at", postgresql_where=text("not over")),
    Index("ix_cases_due_at", "due_at", postgresql_where=text("not over")),
    Index("ix_cases_open", "id", postgresql_where=text("not over")),
)

brief = Table(
    "brief",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
)

instruction = Table(
    "instruction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("caller_id", Text, ForeignKey("person.id"), nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("role", Text, nullable=False, comment="as whom the caller decides"),
    Column("command", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    _at("received_at", now=True),
    Column("outcome", JSONB(none_as_null=True)),
    _at("decided_at", nullable=True),
    UniqueConstraint("caller_id", "idempotency_key"),
    CheckConstraint("(outcome is null) = (decided_at is null)", name="decided_has_outcome"),
    Index(
        "ix_instruction_waiting",
        "case_id",
        "received_at",
        postgresql_where=text("outcome is null"),
    ),
)

event = Table(
    "event",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id")),
    Column("version", Integer),
    Column("seq", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("kind", Text, nullable=False, comment="past tense: delivery_approved"),
    Column("state", Text, nullable=False, comment="the state after it"),
    Column("actor", Text, nullable=False, comment="a role, or clock"),
    Column("actor_id", Text, ForeignKey("person.id")),
    Column("step_id", Text, nullable=False),
    Column("instruction_id", Text, ForeignKey("instruction.id")),
    Column("facts", JSONB, nullable=False, server_default="{}"),
    Column(
        "outcome",
        JSONB(none_as_null=True),
        comment="of a clock's step; a person's is on the instruction",
    ),
    _at("at"),
    _at("recorded_at", now=True),
    PrimaryKeyConstraint("case_id", "version"),
    UniqueConstraint("step_id", "case_id"),
)

tell = Table(
    "tell",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("workflow_id", Text, nullable=False),
    Column("signal", Text, nullable=False),
    _at("created_at", now=True),
    _at("told_at", nullable=True),
    Index("ix_tell_waiting", "id", postgresql_where=text("told_at is null")),
)

# What the parties hand each other.

file = Table(
    "file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True, comment="random, in the object store"),
    _at("created_at", now=True),
    CheckConstraint("size >= 0 and length(sha256) = 64", name="is_whole"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("note", Text, nullable=False),
    _at("at"),
    UniqueConstraint("case_id", "number"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("subject_id", Text, comment="a case (its brief), a delivery or an instruction"),
    Column("file_id", Text, ForeignKey("file.id"), index=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False, index=True),
    PrimaryKeyConstraint("subject_id", "file_id"),
)

# Notices.

notice = Table(
    "notice",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("case_id", Text, ForeignKey("cases.id"), index=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("proves", Text, comment="the waiting period this reminder counts for"),
    _at("at"),
    _at("created_at", now=True),
    _at("opened_at", nullable=True),
    _at("removed_at", nullable=True),
    Index(
        "ix_notice_inbox", "person_id", text("id desc"), postgresql_where=text("removed_at is null")
    ),
    Index("ix_notice_proves", "proves", "person_id", postgresql_where=text("proves is not null")),
)

mail = Table(
    "mail",
    metadata,
    Column("id", Text, primary_key=True, comment="also its Message-ID"),
    Column("notice_id", Text, ForeignKey("notice.id"), nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    _at("next_at", now=True),
    Column("answer", Text, comment="what the mail server said"),
    _at("settled_at", nullable=True),
    CheckConstraint("status in ('pending','accepted','refused','failed')", name="status_is_known"),
    Index("ix_mail_pending", "next_at", postgresql_where=text("status = 'pending'")),
)

# Receipts of money outside, and answers already given.

receipt = Table(
    "receipt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("person.id"), nullable=False),
    Column("method", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("recorded_by", Text, ForeignKey("person.id"), nullable=False),
    _at("recorded_at", now=True),
    Column("confirmed_by", Text, ForeignKey("person.id")),
    _at("confirmed_at", nullable=True),
    UniqueConstraint("method", "bank_reference"),
    CheckConstraint("amount_minor > 0", name="amount_is_positive"),
    CheckConstraint("confirmed_by <> recorded_by", name="two_people"),
    CheckConstraint("(confirmed_by is null) = (confirmed_at is null)", name="confirmed_is_dated"),
)

reply = Table(
    "reply",
    metadata,
    Column("caller", Text, comment="a person's id, or anonymous"),
    Column("idempotency_key", Text),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    _at("created_at", now=True),
    PrimaryKeyConstraint("caller", "idempotency_key"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("public_key", LargeBinary, primary_key=True, comment="Ed25519; its id is made from it"),
    _at("first_used_at", now=True),
    _at("withdrawn_at", nullable=True),
)

# The journal: only the function `post` writes it.

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
    _at("effective_at"),
    _at("recorded_at", now=True),
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
