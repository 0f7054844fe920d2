"""Tax forms, sealed, and who read them."""

from ledger.migrations.scripts import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0009_up.sql")


def downgrade() -> None:
    run("0009_down.sql")
