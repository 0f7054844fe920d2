"""Migrations are SQL files; this runs one of them in the migration's transaction."""

from pathlib import Path

from alembic import op

FOLDER = Path(__file__).parent / "sql"


def run(name: str) -> None:
    """Run a file of many statements, which the dialect would take only one by one."""
    script = (FOLDER / name).read_text()
    driver = op.get_bind().connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda connection: connection.execute(script))
