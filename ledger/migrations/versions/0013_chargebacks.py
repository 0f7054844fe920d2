"""Payments that the card network takes back."""

from ledger.migrations.scripts import run

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0013_up.sql")


def downgrade() -> None:
    run("0013_down.sql")
