"""Payments that the card network takes back."""

from ledger.migrations.scripts import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0016_up.sql")


def downgrade() -> None:
    run("0016_down.sql")
