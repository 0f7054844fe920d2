"""A step in two calls: one that reads under lock, one that writes."""

from ledger.migrations.scripts import run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0007_up.sql")


def downgrade() -> None:
    run("0007_down.sql")
