"""The tables of ready work: what its freelancers offer, and the files that are sold with it."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from ledger.schema import at, metadata

listing = Table(
    "listing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seller_id", Text, ForeignKey("person.id"), nullable=False),
    Column("state", Text, nullable=False, server_default="draft"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("content", Text, nullable=False, comment="what kind of work it is"),
    Column("tags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("price_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("buyer_id", Text, ForeignKey("person.id"), index=True),
    Column("job_id", Text, ForeignKey("cases.id"), index=True, comment="what it became"),
    Column(
        "resold",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="an earlier buyer had the files",
    ),
    Column("warranted_by", Text, comment="the name under which it was warranted as theirs"),
    at("warranted_at", nullable=True),
    at("created_at", now=True),
    at("changed_at", now=True),
    CheckConstraint("state in ('draft','listed','sold')", name="state_is_known"),
    CheckConstraint("price_minor > 0", name="costs_something"),
    CheckConstraint(
        "(state = 'sold') = (job_id is not null) and (job_id is null) = (buyer_id is null)",
        name="sold_has_its_job",
    ),
    CheckConstraint("buyer_id <> seller_id", name="takes_two_people"),
    CheckConstraint("(warranted_by is null) = (warranted_at is null)", name="warranty_is_dated"),
    CheckConstraint("state = 'draft' or warranted_at is not null", name="offered_is_warranted"),
    Index("ix_listing_seller_id", "seller_id", text("id desc")),
)

listing_file = Table(
    "listing_file",
    metadata,
    Column("listing_id", Text, ForeignKey("listing.id")),
    Column("file_id", Text, ForeignKey("file.id"), index=True),
    Column("ordinal", SmallInteger, nullable=False),
    Column("preview", Boolean, nullable=False, comment="shown with a watermark before the sale"),
    PrimaryKeyConstraint("listing_id", "file_id"),
)
