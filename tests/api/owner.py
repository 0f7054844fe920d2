"""The books of a world as the owner of the schema opens them."""

from sqlalchemy import make_url

from local.postgres import OWNER
from tests.world import World


def url_of_owner(world: World) -> str:
    """The database's URL, by which everything may be changed."""
    url = make_url(world.settings.database_url).set(username=OWNER)
    return url.render_as_string(hide_password=False)
