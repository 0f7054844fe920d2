"""Signing keys as they are published, and calendar feeds by their secret addresses."""

from ledger.migrations.scripts import run

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("0003_keys_and_feeds.sql")


def downgrade() -> None:
    run("0003_down.sql")
