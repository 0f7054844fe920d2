"""Money goes out: withdrawals, where people are paid, and payment runs."""

from ledger.migrations.scripts import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0010_up.sql")


def downgrade() -> None:
    run("0010_down.sql")
