"""Uploads in parts, and what finds files that nobody refers to."""

from ledger.migrations.scripts import run

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0021_up.sql")


def downgrade() -> None:
    run("0021_down.sql")
