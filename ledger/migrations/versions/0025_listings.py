"""Listings with their files, and baskets; whose a file is, is found by its hash."""

from ledger.migrations.scripts import run

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0025_up.sql")


def downgrade() -> None:
    run("0025_down.sql")
