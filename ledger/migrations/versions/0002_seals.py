"""Seals chain the journal's entries by hashes."""

from ledger.migrations.scripts import run

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0002_seals.sql")


def downgrade() -> None:
    run("0002_down.sql")
