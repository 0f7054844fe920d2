"""Chargebacks that cannot be booked are over; debts that are paid are told; clients are named."""

from ledger.migrations.scripts import run

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0019_up.sql")


def downgrade() -> None:
    run("0019_down.sql")
