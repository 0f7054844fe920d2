"""Who read the entries of a contest is written down."""

from ledger.migrations.scripts import run

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0029_up.sql")


def downgrade() -> None:
    run("0029_down.sql")
