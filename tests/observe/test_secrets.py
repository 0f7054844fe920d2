"""A second login of the application's role, by which passwords change hands, is no wider door."""

import pytest

from local.places import Unready
from local.postgres import Postgres
from tests.world import database

OPENS = "select open_accounts('user_second', 'USD'); select count(*) > 0 from account"
SECOND = "peerok_app_b"


def test_the_second_login_may_do_what_the_first_may(postgres_server: Postgres) -> None:
    """As the runbook makes it: it writes by the book's functions, and changes nothing written."""
    server = postgres_server
    server.sql(f"create role {SECOND} login password 'x' in role peerok_app")
    try:
        with database(server, "secrets"):
            assert server.sql(OPENS, "secrets", SECOND).endswith("t")
            for guarded in ("update leg set amount_minor = 1", "delete from event"):
                with pytest.raises(Unready, match="permission denied"):
                    server.sql(guarded, "secrets", SECOND)
    finally:
        server.sql(f"drop role {SECOND}")
