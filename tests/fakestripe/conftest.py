"""Each file of tests has a stand-in of its own, and its books agree in the end."""

from collections.abc import Iterator

import pytest

from tests.fakestripe.stand import Stand, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A stand-in with empty books."""
    with standing(tmp_path_factory.mktemp("stripe") / "books.sqlite") as running:
        yield running


@pytest.fixture(autouse=True)
def no_faults(stand: Stand) -> Iterator[None]:
    """A test's bad luck is its own."""
    yield
    stand.http.delete("/_control/faults")
    stand.control("webhooks")
