"""Linked people: marks of what people have in common, and what staff decided of a pair."""

from ledger.migrations.scripts import run

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0027_up.sql")


def downgrade() -> None:
    run("0027_down.sql")
