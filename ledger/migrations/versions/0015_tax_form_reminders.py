"""Reminders of tax forms, and tasks of staff with a time."""

from ledger.migrations.scripts import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0015_up.sql")


def downgrade() -> None:
    run("0015_down.sql")
