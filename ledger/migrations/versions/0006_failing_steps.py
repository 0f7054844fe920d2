"""Steps that keep failing, for the radar."""

from ledger.migrations.scripts import run

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0006_up.sql")


def downgrade() -> None:
    run("0006_down.sql")
