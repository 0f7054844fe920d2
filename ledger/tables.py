"""The tables of people, cases and what came of them, as SQLAlchemy Core sees them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from ledger.schema import at, metadata, store_key

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
    at("created_at", now=True),
    CheckConstraint("email = lower(email)", name="email_is_lower_case"),
    CheckConstraint(
        "roles <@ array['staff','accounting','mediator','head_of_support','head_of_accounting']",
        name="roles_are_known",
    ),
    Index("ix_person_roles", "roles", postgresql_using="gin"),
)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True, comment="SHA-256 of the opaque token"),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    at("created_at", now=True),
    at("expires_at"),
)

deadline_feed = Table(
    "deadline_feed",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the secret"),
    at("created_at", now=True),
)

agreement = Table(
    "agreement",
    metadata,
    Column("kind", Text, CheckConstraint("kind in ('nda','undertaking')", name="kind")),
    Column("version", Integer),
    Column("body", Text, nullable=False),
    at("in_force_at", now=True),
    PrimaryKeyConstraint("kind", "version"),
)

signature = Table(
    "signature",
    metadata,
    Column("person_id", Text, ForeignKey("person.id")),
    Column("kind", Text),
    Column("version", Integer),
    Column("full_name", Text, nullable=False),
    at("signed_at", now=True),
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
    at("answered_at", now=True),
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
    at("due_at", nullable=True),
    at("wake_at", nullable=True),
    Column("client_id", Text, ForeignKey("person.id")),
    Column("freelancer_id", Text, ForeignKey("person.id")),
    Column("mediator_id", Text, ForeignKey("person.id")),
    Column("terms", JSONB, nullable=False, comment="frozen when the contract starts"),
    Column("data", JSONB, nullable=False),
    at("opened_at"),
    at("last_event_at"),
    at("closed_at", nullable=True),
    CheckConstraint(
        "over or (owner is not null and due_at is not null)", name="open_has_owner_and_due_time"
    ),
    CheckConstraint("over = (closed_at is not null)", name="over_is_closed"),
    CheckConstraint(
        "case kind when 'deposit' then client_id is not null and freelancer_id is null"
        " when 'withdrawal' then client_id is null and freelancer_id is not null"
        " when 'remittance' then freelancer_id is null"
        " and (client_id is not null or state in ('draft','refused','suspense','returned'))"
        " when 'refund' then client_id is not null and freelancer_id is null"
        " when 'chargeback' then client_id is not null and freelancer_id is null"
        " when 'project' then client_id is not null and freelancer_id is null"
        " when 'contest' then client_id is not null and freelancer_id is null"
        " when 'basket' then client_id is not null and freelancer_id is null"
        " else client_id is not null and freelancer_id is not null end",
        name="has_its_parties",
    ),
    Index("ix_cases_client", "client_id", "kind", text("id desc")),
    Index("ix_cases_freelancer", "freelancer_id", "kind", text("id desc")),
    Index("ix_cases_mediator", "mediator_id", text("id desc")),
    Index("ix_cases_wake_at", "wake_at", postgresql_where=text("not over")),
    Index("ix_cases_due_at", "due_at", postgresql_where=text("not over")),
    Index(
        "ix_cases_payment_date",
        text("(data ->> 'payment_date')"),
        "id",
        postgresql_where=text("kind = 'withdrawal'"),
    ),
    Index(
        "ix_cases_at_the_processor",
        "id",
        postgresql_where=text("kind = 'withdrawal' and state = 'sent' and data ? 'transfer'"),
    ),
    Index("ix_cases_open", "id", postgresql_where=text("not over")),
    Index("ix_cases_of_staff", "id", postgresql_where=text("not over and owner = 'staff'")),
    Index(
        "uq_cases_reference",
        text("(data ->> 'reference')"),
        unique=True,
        postgresql_where=text("kind = 'remittance' and data ? 'reference'"),
    ),
    Index(
        "uq_cases_bank_reference",
        text("(data ->> 'method')"),
        text("(data ->> 'bank_reference')"),
        unique=True,
        postgresql_where=text("kind = 'remittance' and data ? 'bank_reference'"),
    ),
    Index(
        "ix_cases_remittances_open",
        "due_at",
        "id",
        postgresql_where=text("kind = 'remittance' and not over"),
    ),
    Index(
        "ix_cases_meant_for",
        "client_id",
        postgresql_where=text("data ? 'for_case'"),
    ),
    Index(
        "ix_cases_refunds_of",
        text("(data ->> 'deposit')"),
        postgresql_where=text("kind = 'refund'"),
    ),
    Index(
        "ix_cases_refunds_open",
        "due_at",
        "id",
        postgresql_where=text("kind = 'refund' and not over"),
    ),
    Index(
        "uq_cases_disputed",
        text("(data ->> 'dispute')"),
        unique=True,
        postgresql_where=text("kind = 'chargeback'"),
    ),
    Index(
        "ix_cases_owing",
        "client_id",
        postgresql_where=text("kind = 'chargeback' and state = 'owing'"),
    ),
    Index(
        "ix_cases_payment",
        text("(data ->> 'payment')"),
        postgresql_where=text("kind = 'deposit' and data ? 'payment'"),
    ),
    Index("ix_cases_origin", text("(data ->> 'origin')"), postgresql_where=text("data ? 'origin'")),
    Index("ix_cases_with_tasks", "id", postgresql_where=text("not over and data ? 'tasks'")),
)

brief = Table(
    "brief",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("confidentiality", Text, comment="what the client asks besides the agreement in force"),
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
    at("received_at", now=True),
    Column("outcome", JSONB(none_as_null=True)),
    at("decided_at", nullable=True),
    Column("traceparent", Text, comment="the trace of the request it came with"),
    UniqueConstraint("caller_id", "idempotency_key"),
    CheckConstraint("(outcome is null) = (decided_at is null)", name="decided_has_outcome"),
    Index(
        "ix_instruction_waiting",
        "case_id",
        "received_at",
        postgresql_where=text("outcome is null"),
    ),
    Index(
        "ix_instruction_refused",
        "case_id",
        postgresql_where=text("(outcome ->> 'status') = 'refused'"),
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
    at("at"),
    at("recorded_at", now=True),
    PrimaryKeyConstraint("case_id", "version"),
    UniqueConstraint("step_id", "case_id"),
)

tell = Table(
    "tell",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("workflow_id", Text, nullable=False),
    Column("signal", Text, nullable=False),
    at("created_at", now=True),
    at("told_at", nullable=True),
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
    store_key(),
    at("created_at", now=True),
    CheckConstraint("size >= 0 and length(sha256) = 64", name="is_whole"),
    Index("ix_file_sha256", "sha256"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("note", Text, nullable=False),
    at("at"),
    UniqueConstraint("case_id", "number"),
)

attachment = Table(
    "attachment",
    metadata,
    Column(
        "subject_id",
        Text,
        comment="a case (its brief), a delivery, a contest entry or an instruction",
    ),
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
    at("at"),
    at("created_at", now=True),
    at("opened_at", nullable=True),
    at("removed_at", nullable=True),
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
    at("next_at", now=True),
    Column("answer", Text, comment="what the mail server said"),
    at("settled_at", nullable=True),
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
    at("recorded_at", now=True),
    Column("confirmed_by", Text, ForeignKey("person.id")),
    at("confirmed_at", nullable=True),
    UniqueConstraint("method", "bank_reference"),
    CheckConstraint("amount_minor > 0", name="amount_is_positive"),
    CheckConstraint("confirmed_by <> recorded_by", name="two_people"),
    CheckConstraint("(confirmed_by is null) = (confirmed_at is null)", name="confirmed_is_dated"),
    Index("ix_receipt_unconfirmed", "id", postgresql_where=text("confirmed_at is null")),
)

reply = Table(
    "reply",
    metadata,
    Column("caller", Text, comment="a person's id, or anonymous"),
    Column("idempotency_key", Text),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("body", JSONB, nullable=False),
    at("created_at", now=True),
    PrimaryKeyConstraint("caller", "idempotency_key"),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("public_key", LargeBinary, primary_key=True, comment="Ed25519; its id is made from it"),
    at("first_used_at", now=True),
    at("withdrawn_at", nullable=True),
)
