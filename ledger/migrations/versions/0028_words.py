"""Words are found in tags as in texts; briefs that a step writes are whole."""

from ledger.migrations.scripts import run

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0028_up.sql")


def downgrade() -> None:
    run("0028_down.sql")
