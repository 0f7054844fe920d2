"""The run repeats by its seed, and its judge sees what it is there to see."""

from dataclasses import dataclass
from itertools import islice

from tests.chaos.lives import ENDINGS
from tests.chaos.notes import Note
from tests.chaos.population import unmatched
from tests.chaos.script import EVERYTHING, EVERYTHING_EVERY, WEIGHTS, script
from tests.chaos.verdict import contradicted

APPROVED = Note("k1", "/v1/jobs/job_1/approve", 200, "", {"id": "job_1"}, 1, 0.1)


@dataclass(frozen=True)
class Row:
    """An instruction as the books have it."""

    id: str
    status: str


def test_a_seed_names_one_script() -> None:
    """The same faults in the same order; another seed has others."""
    first, again, other = (list(islice(script(seed), 200)) for seed in (7, 7, 8))
    assert first == again != other


def test_everything_is_hit_and_all_at_once_soon() -> None:
    """Each part has its faults, and within the first of them all are killed together."""
    faults = list(islice(script(7), 200))
    assert {fault.part for fault in faults} == {EVERYTHING, *WEIGHTS}
    assert EVERYTHING in {fault.part for fault in faults[:EVERYTHING_EVERY]}


def test_a_decision_that_was_acknowledged_and_is_not_there_is_found() -> None:
    """Neither an instruction nor an answer knows the key."""
    assert contradicted([APPROVED], {}, {}) == [f"{APPROVED.path} was acknowledged and is lost"]


def test_a_decision_that_became_another_is_found() -> None:
    """Somebody was told that it was applied, and it was refused."""
    wrong = contradicted([APPROVED], {"k1": Row("instruction_1", "refused")}, {})
    assert wrong == [f"{APPROVED.path} was applied, and is refused"]


def test_what_is_as_it_was_told_is_not_wrong() -> None:
    """The books say what the notes say."""
    assert contradicted([APPROVED], {"k1": Row("instruction_1", "applied")}, {}) == []
    assert contradicted([APPROVED], {}, {"k1": APPROVED.body}) == []


def test_a_missing_cent_is_found() -> None:
    """What somebody has is what they had, and what their lives brought them."""
    had, has = {"ann": 100, "bob": 5}, {"ann": 40, "bob": 64}
    assert unmatched(had, has, {"ann": -60, "bob": 60}) == ["bob has -1 minor units"]


def test_every_ending_has_a_name_of_its_own() -> None:
    """The report counts them by it."""
    assert len({ending.name for ending in ENDINGS}) == len(ENDINGS)
