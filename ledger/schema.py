"""What all tables share: how constraints are named, and a moment as a column."""

from sqlalchemy import Column, DateTime, MetaData, func

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
