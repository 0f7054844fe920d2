"""What tables share: how constraints are named, a moment as a column, a key of the store."""

from sqlalchemy import Column, DateTime, MetaData, Text, func

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def at(name: str, *, now: bool = False, nullable: bool = False) -> Column[object]:
    """A moment; `now`: by default the one when the transaction began."""
    default = func.now() if now else None
    return Column(name, DateTime(timezone=True), nullable=nullable or False, server_default=default)


IN_STORE = "in_store"


def store_key() -> Column[str]:
    """Under which the object store has something; what no such column names is collected."""
    comment = "random, in the object store"
    return Column("key", Text, nullable=False, unique=True, comment=comment, info={IN_STORE: True})
