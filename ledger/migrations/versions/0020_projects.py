"""Projects, bids, invitations, questions; a step may open jobs with their texts and escrows."""

from ledger.migrations.scripts import run

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0020_up.sql")


def downgrade() -> None:
    run("0020_down.sql")
