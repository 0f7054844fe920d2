"""Profiles, by which freelancers are found."""

from ledger.migrations.scripts import run

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0026_up.sql")


def downgrade() -> None:
    run("0026_down.sql")
