"""Alembic starts here: the migrations run on the connection that `ledger/migrate.py` opened."""

from alembic import context

from ledger import all_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables.metadata,
)
with context.begin_transaction():
    context.run_migrations()
