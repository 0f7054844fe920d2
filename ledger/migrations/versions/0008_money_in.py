"""Deposits are cases of one person; what the payment processor announced."""

from ledger.migrations.scripts import run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0008_up.sql")


def downgrade() -> None:
    run("0008_down.sql")
