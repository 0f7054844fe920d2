"""The book of record: its tables, what guards them, the functions that write it, the grants."""

from ledger.migrations.scripts import run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for script in ("tables", "guards", "functions", "views", "grants"):
        run(f"0001_{script}.sql")


def downgrade() -> None:
    run("0001_down.sql")
