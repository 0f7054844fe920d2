"""Money that was paid in for one job funds that one, and other money what waits longest."""

import pytest

from domain.calendar import Calendar
from domain.cases import JobState, Role
from domain.decide import by_clock
from domain.facts import Facts
from domain.process import Scene
from tests.domain.story import CLIENT, Story


@pytest.mark.parametrize(
    ("wallet", "meant", "others", "longer", "starts"),
    [
        (200_00, 0, 0, (), True),
        (200_00, 200_00, 0, (150_00,), True),
        (200_00, 0, 200_00, (), False),
        (200_00, 0, 1, (), False),
        (250_00, 120_00, 50_00, (), True),
        (250_00, 120_00, 50_00, (80_00,), False),
        (250_00, 120_00, 50_00, (81_00,), True),
        (199_99, 200_00, 0, (), False),
    ],
)
def test_a_job_starts_by_what_is_its_own_and_what_nobody_else_has_a_claim_on(
    wallet: int, meant: int, others: int, longer: tuple[int, ...], starts: bool
) -> None:
    """The price is 200.00; what waits longer takes only what was paid in for nobody."""
    story = Story().awaiting_funds()
    story.books.give(CLIENT, credits=wallet)
    facts = Facts(
        Calendar(),
        wallets={CLIENT: story.books.wallet(CLIENT)},
        waiting_longer=longer,
        meant_minor=meant,
        meant_for_others_minor=others,
    )
    decision = by_clock(Scene(story.at, "clock", Role.CLOCK, None, None, story.job, facts))
    job = decision.job if decision is not None else None
    assert (job.state if job else None) == (JobState.IN_PROGRESS if starts else None)
