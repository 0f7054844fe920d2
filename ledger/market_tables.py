"""The tables of what is offered to everybody, and of what crowds write beside it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from ledger.schema import at, metadata

WORDS = (
    "setweight(to_tsvector('english', title), 'A')"
    " || setweight(to_tsvector('english', together(tags)), 'B')"
    " || setweight(to_tsvector('english', summary), 'C')"
    # Names are no words of a language: "Will" is found too.
    " || setweight(to_tsvector('simple', case kind when 'freelancer'"
    " then split_part(summary, chr(10), 1) else '' end), 'A')"
)
VISIBLE = text("visible")

publication = Table(
    "publication",
    metadata,
    Column(
        "subject_id",
        Text,
        primary_key=True,
        comment="a project, a contest, a listing or a freelancer",
    ),
    Column("kind", Text, nullable=False),
    Column("owner_id", Text, ForeignKey("person.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("low_minor", BigInteger),
    Column("high_minor", BigInteger),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("visible", Boolean, nullable=False),
    Column("deadline", Date, comment="when the work is wanted"),
    Column("content", Text, comment="what kind of ready work it is"),
    at("posted_at", now=True),
    at("ends_at", nullable=True),
    Column("words", TSVECTOR, Computed(WORDS, persisted=True), nullable=False),
    CheckConstraint("kind in ('project','contest','listing','freelancer')", name="kind_is_known"),
    CheckConstraint("low_minor > 0 and low_minor <= high_minor", name="prices_are_in_order"),
    Index("ix_publication_owner_id", "owner_id", text("subject_id desc")),
    Index("ix_publication_words", "words", postgresql_using="gin", postgresql_where=VISIBLE),
    Index("ix_publication_tags", "tags", postgresql_using="gin", postgresql_where=VISIBLE),
    Index("ix_publication_content", "content", postgresql_where=VISIBLE),
    Index("ix_publication_price", "kind", "low_minor", "subject_id", postgresql_where=VISIBLE),
    Index("ix_publication_newest", "kind", text("subject_id desc"), postgresql_where=VISIBLE),
)

TOGETHER = text("""
    create function together(words text[]) returns text
        language sql immutable parallel safe strict
        return array_to_string(words, ' ')
""")
event.listen(publication, "before_create", lambda _, c, **more: c.execute(TOGETHER))

bid = Table(
    "bid",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, ForeignKey("cases.id"), nullable=False),
    Column("freelancer_id", Text, ForeignKey("person.id"), nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default="placed"),
    Column("amount_minor", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("job_id", Text, ForeignKey("cases.id"), index=True, comment="what it became"),
    at("placed_at", now=True),
    at("changed_at", now=True),
    UniqueConstraint("project_id", "freelancer_id"),
    CheckConstraint("state in ('placed','withdrawn','awarded')", name="state_is_known"),
    CheckConstraint("(state = 'awarded') = (job_id is not null)", name="awarded_has_job"),
    CheckConstraint("amount_minor > 0 and days between 1 and 365", name="offers_something"),
    Index("ix_bid_freelancer_id", "freelancer_id", text("id desc")),
)

invitation = Table(
    "invitation",
    metadata,
    Column("project_id", Text, ForeignKey("cases.id")),
    Column("freelancer_id", Text, ForeignKey("person.id"), index=True),
    at("invited_at", now=True),
    PrimaryKeyConstraint("project_id", "freelancer_id"),
)

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    Column(
        "freelancer_id",
        Text,
        ForeignKey("person.id"),
        nullable=False,
        index=True,
        comment="with whom the client talks",
    ),
    Column("author_id", Text, ForeignKey("person.id"), nullable=False, index=True),
    Column("body", Text, nullable=False),
    at("at", now=True),
    Index("ix_message_thread", "case_id", "freelancer_id", text("id desc")),
)
