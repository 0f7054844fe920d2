"""Certificates of ownership, who looked at what in a case, and the client's own confidentiality."""

from ledger.migrations.scripts import run

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0023_up.sql")


def downgrade() -> None:
    run("0023_down.sql")
