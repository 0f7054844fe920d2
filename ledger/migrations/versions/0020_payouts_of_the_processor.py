"""The processor's payouts to our own bank account, and what the bank calls them."""

from ledger.migrations.scripts import run

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0020_up.sql")


def downgrade() -> None:
    run("0020_down.sql")
