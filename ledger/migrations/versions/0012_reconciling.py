"""What the outside booked, how it differs from the book, and who cleared that."""

from ledger.migrations.scripts import run

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0012_up.sql")


def downgrade() -> None:
    run("0012_down.sql")
