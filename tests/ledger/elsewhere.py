"""A PostgreSQL that somebody else started, so that these tests can run on Debian's version 15."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import asyncpg
from sqlalchemy import make_url

from local.postgres import APP, DATABASE, OWNER

PASSWORD = "for tests only"
ROLES = f"""
do $$ begin
    create role {OWNER} login password '{PASSWORD}';
    create role {APP} login password '{PASSWORD}';
exception when duplicate_object then null;
end $$
"""


class Server(Protocol):
    """What these tests need of a server."""

    def url(self, database: str = ..., role: str = ...) -> str: ...
    def create_database(self, name: str, template: str = ..., owner: str = ...) -> None: ...
    def drop_database(self, name: str) -> None: ...


@dataclass(frozen=True)
class Elsewhere:
    """The server behind a superuser's URL."""

    superuser_url: str

    def start(self) -> None:
        """Make our roles."""
        self._sql(ROLES)

    def url(self, database: str = DATABASE, role: str = APP) -> str:
        """Where one of our roles finds a database."""
        url = make_url(self.superuser_url).set(database=database)
        if role in (OWNER, APP):
            url = url.set(username=role, password=PASSWORD)
        return url.render_as_string(hide_password=False)

    def create_database(self, name: str, template: str = "template1", owner: str = OWNER) -> None:
        """Make a database, empty or as a copy of one that nobody is connected to."""
        self._sql(f'create database "{name}" owner "{owner}" template "{template}"')

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, and end the sessions in it."""
        self._sql(f'drop database if exists "{name}" with (force)')

    def _sql(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.superuser_url)
            await connection.execute(statement)
            await connection.close()

        asyncio.run(run())
