"""The processor's payouts to our own bank account, and what the bank calls them."""

from ledger.migrations.scripts import run

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0018_up.sql")


def downgrade() -> None:
    run("0018_down.sql")
