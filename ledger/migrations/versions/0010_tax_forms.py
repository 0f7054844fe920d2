"""Tax forms, sealed, and who read them."""

from ledger.migrations.scripts import run

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0010_up.sql")


def downgrade() -> None:
    run("0010_down.sql")
