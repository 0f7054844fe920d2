"""What operators watch: staff tasks of no case, checks of the books, the radar, traces."""

from ledger.migrations.scripts import run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0004_up.sql")


def downgrade() -> None:
    run("0004_down.sql")
