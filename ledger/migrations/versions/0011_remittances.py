"""Money that no payment processor carries: announced, received, traced."""

from ledger.migrations.scripts import run

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0011_up.sql")


def downgrade() -> None:
    run("0011_down.sql")
