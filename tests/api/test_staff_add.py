"""People of the house are made by the command line, since no door of the API makes them."""

import os
import subprocess
import sys

from httpx import AsyncClient

from local.places import CLONE
from tests.api.people import PASSWORD, login, new_key

STAFF_ADD = [sys.executable, "-m", "cli", "staff", "add"]


def _add(
    database: str, *arguments: str, typed: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the command against the database of the tests."""
    variables = {**os.environ, "PEEROK_DATABASE_URL": database, **more}
    return subprocess.run(
        [*STAFF_ADD, *arguments],
        input=typed,
        env=variables,
        cwd=CLONE,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_whoever_is_added_can_log_in_with_their_roles(
    api_database: str, http: AsyncClient
) -> None:
    """A password from the environment is asked for nowhere; its account is there at once."""
    email = f"sana-{new_key()}@peerok.example"
    roles = ["--role", "staff", "--role", "mediator"]
    added = _add(api_database, email, "Sana Iyer", *roles, PEEROK_STAFF_PASSWORD=PASSWORD)
    assert added.returncode == 0, added.stderr
    person = await login(http, added.stdout.strip(), email)
    me = (await person.get("/v1/me")).json()
    assert (me["name"], sorted(me["roles"])) == ("Sana Iyer", ["mediator", "staff"])


def test_a_password_that_is_not_given_is_asked_for_twice(api_database: str) -> None:
    """Typing it wrongly once adds nobody."""
    email = f"amos-{new_key()}@peerok.example"
    slipped = _add(api_database, email, "Amos", "--role", "staff", typed="first try\nsecond\n")
    assert slipped.returncode != 0
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    added = _add(api_database, email, "Amos", "--role", "accounting", typed=typed)
    assert added.returncode == 0, added.stderr


def test_what_cannot_be_added_is_told_in_one_line(api_database: str) -> None:
    """An unknown role, a taken email and a short password each say so, and add nobody."""
    email = f"stellan-{new_key()}@peerok.example"
    given = {"PEEROK_STAFF_PASSWORD": PASSWORD}
    unknown = _add(api_database, email, "Stellan", "--role", "boss", **given)
    short = _add(api_database, email, "S", "--role", "staff", PEEROK_STAFF_PASSWORD="short")
    first = _add(api_database, email, "Stellan", "--role", "staff", **given)
    again = _add(api_database, email, "Stellan", "--role", "staff", **given)
    assert first.returncode == 0
    for refused, words in ((unknown, "roles are some of"), (short, "at least"), (again, "already")):
        assert refused.returncode == 2
        assert words in refused.stderr
        assert "Traceback" not in refused.stderr
