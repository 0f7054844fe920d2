"""Refunds to the source: unspent credits go back where a deposit came from."""

from ledger.migrations.scripts import run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0014_up.sql")


def downgrade() -> None:
    run("0014_down.sql")
