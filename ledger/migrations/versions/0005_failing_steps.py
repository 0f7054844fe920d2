"""Steps that keep failing, for the radar."""

from ledger.migrations.scripts import run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0005_up.sql")


def downgrade() -> None:
    run("0005_down.sql")
