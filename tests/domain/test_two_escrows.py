"""A payment that was in the escrows of more than one job, or a job that two payments were in."""

from dataclasses import replace

from domain import commands as j
from domain import shortfalls
from domain.accounts import Kind, Wallet
from domain.calendar import Calendar
from domain.cases import Role
from domain.facts import Facts, Place
from domain.ids import CaseId
from domain.policy import DAY, Policy
from domain.process import Scene, Touch
from tests.domain.chargebacks import short
from tests.domain.story import CLIENT, FREELANCER, HOLIDAYS


def _two_approved(owed: int) -> Scene:
    """Two jobs of one freelancer, who owes something, both short of 100.00 and approved."""
    one = short()
    assert one.story is not None
    job = one.story.client(j.Approve).job
    places = tuple(
        Place(job.model_copy(update={"id": CaseId(name)})) for name in ("job_2", "job_1")
    )
    wallets = {CLIENT: Wallet(credits=200_00), FREELANCER: Wallet(receivable=owed)}
    facts = Facts(Calendar(holidays=HOLIDAYS), wallets=wallets, places=places)
    return Scene(one.at, "step", Role.CLOCK, None, None, one.case, facts)


def _settled(touches: tuple[Touch, ...]) -> list[int]:
    return [
        posting.amount_minor
        for touch in touches
        for entry in touch.change.entries
        for posting in entry.postings
        if posting.target.kind is Kind.RECEIVABLE
    ]


def test_a_freelancer_pays_a_debt_once_when_two_jobs_are_paid_as_far_as_filled() -> None:
    """Of 90.00 each, 100.00 are owed: the second job pays what the first left."""
    scene = _two_approved(100_00)
    assert _settled(shortfalls.give_up(scene)) == [90_00, 10_00]


def test_a_freelancer_pays_a_debt_once_when_two_jobs_are_whole_again() -> None:
    """The first job's earnings cover it, whether the network or the client filled them."""
    scene = _two_approved(100_00)
    assert _settled(shortfalls.give_back(scene, 400_00).touches) == [100_00]
    filled, _ = shortfalls.refill(scene, scene.facts.wallets[CLIENT], "chargeback/1")
    assert _settled(filled.touches) == [100_00]


def test_a_refill_leaves_what_was_paid_in_for_another_job() -> None:
    """Of 200.00 in the wallet 150.00 wait for a job that is not funded yet."""
    scene = _two_approved(0)
    scene = replace(scene, facts=replace(scene.facts, meant_for_others_minor=150_00))
    filled, _ = shortfalls.refill(scene, scene.facts.wallets[CLIENT], "chargeback/1")
    assert [(piece.case, piece.minor) for piece in filled.pieces] == [("job_1", 50_00)]


def test_a_second_payment_taken_back_prolongs_the_freeze() -> None:
    """No clock of the job goes on before the second is decided; then all is as it was."""
    one = short()
    assert one.story is not None
    job, dispute = one.story.job, one.story.dispute
    due = job.review_ends_at
    at = one.at + 300 * DAY
    other = one.case.model_copy(update={"id": CaseId("chargeback_2"), "last_event_at": at})
    facts = Facts(Calendar(holidays=HOLIDAYS), places=(Place(job, dispute, 50_00),))
    scene = Scene(at, "step", Role.PROCESSOR, None, None, other, facts)
    frozen = shortfalls.take(scene, 50_00, ("credits",)).touches[0].change.job
    assert frozen is not None and frozen.paused_until == at + Policy().longest_freeze
    assert min(timer.at for timer in frozen.timers) > frozen.paused_until
    later = replace(scene, at=at + DAY)
    for chargeback in (other, one.case):
        facts = replace(facts, places=(Place(frozen, dispute),))
        back = shortfalls.give_back(replace(later, case=chargeback, facts=facts), 200_00)
        frozen = back.touches[0].change.job
        assert frozen is not None
    stood_still = later.at - one.at
    assert due is not None
    assert frozen.review_ends_at == due - Policy().longest_freeze + stood_still
