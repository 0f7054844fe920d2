"""Each file of tests has a stand-in of its own, and its books agree in the end."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.fakestripe.real import MARK, WHY_NOT, AtStripe, NoTestKey, key_in
from tests.fakestripe.stand import Stand, standing

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """With a test key of Stripe's, only what is marked runs here, and it runs there."""
    if _key() is None:
        return
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker(MARK) is None:
            item.add_marker(pytest.mark.skip(reason=WHY_NOT))


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A stand-in with empty books; Stripe itself when there is a test key."""
    if key := _key():
        there = AtStripe(key)
        yield there
        there.close()
        return
    with standing(tmp_path_factory.mktemp("stripe") / "books.sqlite") as running:
        yield running


@pytest.fixture(autouse=True)
def no_faults(stand: Stand) -> Iterator[None]:
    """A test's bad luck is its own."""
    yield
    if not isinstance(stand, AtStripe):
        stand.http.delete("/_control/faults")
        stand.control("webhooks")


def _key() -> str | None:
    try:
        return key_in(os.environ)
    except NoTestKey as refused:
        pytest.exit(str(refused), returncode=2)
