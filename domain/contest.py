"""A contest: prizes in escrow, entries that are judged, and a handover job for each winner."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from domain import contest_commands as c
from domain import prizes
from domain.cases import Case, Role
from domain.commands import Fund
from domain.contest_case import Contest
from domain.errors import ChargebackOpen, ConditionMissing, InsufficientFunds, Linked
from domain.facts import Need
from domain.ids import UserId
from domain.lone_states import ContestState
from domain.prizes import of, to
from domain.process import Beside, Change, Condition, Process, Scene, Silence, step
from domain.reminding import usual_reminders
from domain.standing import Standing

S = ContestState
AT_ONCE = timedelta(0)
JUDGED = (S.JUDGING, S.DISTRIBUTING)

NOT_PROMISED = Condition(
    "the prizes are promised to nobody: it is not guaranteed and has no finalist",
    lambda scene: not of(scene).promised,
)
EXTENDABLE = Condition(
    "judging was not extended as often as the policy allows",
    lambda scene: of(scene).extensions < scene.case.terms.policy.judging_extensions,
)


def post(scene: Scene) -> Change:
    """It opens at once when the wallet suffices."""
    try:
        return prizes.fund(scene)
    except (InsufficientFunds, ChargebackOpen):
        return Change(lone=to(scene, S.AWAITING_FUNDS))


def judge(scene: Scene) -> Change:
    """No more entries; the client chooses."""
    begun = to(scene, S.JUDGING, judging_since=scene.at, entered=scene.facts.entered)
    return Change(lone=begun, facts={"entries": begun.entered})


def extend(scene: Scene) -> Change:
    """The end of judging moves by one more period."""
    contest = of(scene)
    assert contest.judging_since is not None, "it is judged"
    since = contest.judging_since + contest.terms.policy.judging_period
    after = to(scene, S.JUDGING, judging_since=since, extensions=contest.extensions + 1)
    return Change(lone=after, all_told=True)


def withdraw(scene: Scene) -> Change:
    """The prizes return to the client, who signs to use nothing of what was entered."""
    command = cast(c.WithdrawContest, scene.command)
    unsigned = not command.statement or not command.signature
    if unsigned and of(scene).entered:
        raise ConditionMissing("sign with your name that you use nothing of any entry")
    change = prizes.give_back(scene)
    assert isinstance(change.lone, Contest), "it is the contest's own step"
    signed = change.lone.model_copy(update={"non_use": command.signature})
    return Change(lone=signed, entries=change.entries, facts={"non_use": command.signature})


def lapse(scene: Scene) -> Change:
    """It ends before any money moved."""
    return Change(lone=to(scene, S.LAPSED))


def begin_distribution(scene: Scene) -> Change:
    """The client has a last time to choose."""
    return Change(lone=to(scene, S.DISTRIBUTING))


def look(scene: Scene) -> Change:
    """Handovers run still; when one ends, the contest is told."""
    return Change(lone=of(scene), quiet=True)


def require_to_enter(contest: Contest, person: UserId, standing: Standing) -> None:
    """Raise what the law says against whoever wants to enter."""
    if person == contest.client:
        raise Linked("nobody enters a contest of their own")
    standing.require_to_work()


def _until(case: Case) -> datetime | None:
    return cast(Contest, case).open_until


def _judged_since(case: Case, *, promised: bool) -> datetime | None:
    contest = cast(Contest, case)
    return contest.judging_since if contest.promised is promised else None


def _nobody_shares(scene: Scene) -> bool:
    return scene.facts.nobody_shares


CLIENT = frozenset({Role.CLIENT})
HOLD = "prizes: client → escrow of the contest"
AWARD = "prize: escrow of the contest → escrow of the job"
REFUND = "prizes: escrow of the contest → client"
DISTRIBUTION = (
    "what the client owes, then each prize, less the fee:"
    " escrow of the contest → client's debt, and entrants in equal shares"
)
NOBODY = "because nobody is left who may share them"
FUNDING = {Need.WALLETS, Need.CHARGEBACKS}
CHOOSING = {Need.ENTRIES, Need.CROWD}
ENDING = {Need.HANDOVERS, Need.CROWD, Need.WALLETS}

AWARDED = {
    S.JUDGING: (S.JUDGING, S.HANDING_OVER),
    S.DISTRIBUTING: (S.DISTRIBUTING, S.JUDGING, S.HANDING_OVER),
}
"""Where an award leads: to judging, too, when a handover has failed meanwhile."""

STEPS = (
    *step(
        S.DRAFT, c.PostContest, {Role.CLIENT}, (S.AWAITING_FUNDS, S.OPEN), post,
        "contest_posted", "The contest was posted", money=f"{HOLD}, if the wallet suffices",
        needs=FUNDING,
    ),
    *step(
        S.AWAITING_FUNDS, Fund, {Role.CLIENT, Role.CLOCK}, S.OPEN, prizes.fund,
        "contest_opened", "The prizes are in escrow and the contest takes entries",
        money=HOLD, needs=FUNDING,
    ),
    *step(
        S.AWAITING_FUNDS, c.WithdrawContest, {Role.CLIENT}, S.LAPSED, lapse,
        "contest_withdrawn", "The contest was withdrawn",
    ),
    *step(
        (S.OPEN, S.JUDGING), c.AddPrize, {Role.CLIENT}, (), prizes.add,
        "prize_added", "A prize was added", money=HOLD, needs={*FUNDING, Need.CROWD},
    ),
    *step(
        (S.OPEN, S.JUDGING), c.NameFinalist, {Role.CLIENT}, (), prizes.name_finalist,
        "finalist_named", "A finalist was named", needs={*CHOOSING, *FUNDING},
    ),
    *step(
        S.OPEN, c.CloseEarly, {Role.CLIENT}, S.JUDGING, judge,
        "judging_begun", "The contest takes no more entries", needs={Need.ENTERED, Need.CROWD},
    ),
    *(
        row
        for state, targets in AWARDED.items()
        for row in step(
            state, c.AwardPrizes, {Role.CLIENT}, targets, prizes.award,
            "prizes_awarded", "Prizes were awarded, and their winners hand over", money=AWARD,
            needs={*CHOOSING, *FUNDING, Need.HANDOVERS},
        )
    ),
    *step(
        S.JUDGING, c.ExtendJudging, {Role.CLIENT}, S.JUDGING, extend,
        "judging_extended", "The client takes more time to judge",
        when=(EXTENDABLE,), restarts=True, needs={Need.CROWD},
    ),
    *step(
        S.JUDGING, c.WithdrawContest, {Role.CLIENT}, (S.CLOSED, S.HANDING_OVER), withdraw,
        "contest_withdrawn", "The contest was withdrawn, and nothing that was entered is used",
        money=REFUND, when=(NOT_PROMISED,), needs={Need.CROWD, Need.WALLETS},
    ),
    *step(
        S.JUDGING, c.HandoversEnded, {Role.CLOCK}, S.JUDGING, prizes.settle,
        "handover_ended", "A winner's handover has ended", money=REFUND, needs=ENDING,
    ),
    *step(
        S.DISTRIBUTING, c.HandoversEnded, {Role.CLOCK}, (S.DISTRIBUTING, S.JUDGING),
        prizes.settle, "handover_ended", "A winner's handover has ended", money=REFUND,
        needs=ENDING,
    ),
    *step(
        S.HANDING_OVER, c.HandoversEnded, {Role.CLOCK}, (S.HANDING_OVER, S.JUDGING, S.CLOSED),
        prizes.settle, "handover_ended", "A winner's handover has ended", money=REFUND,
        needs=ENDING,
    ),
)  # fmt: skip

BESIDE = (
    Beside(frozenset({S.OPEN}), "enter", frozenset({Role.FREELANCER}), "Enter something"),
    Beside(
        frozenset({S.OPEN}), "withdraw_entry", frozenset({Role.FREELANCER}), "Take an entry back"
    ),
    Beside(
        frozenset({S.OPEN, S.JUDGING}), "rate_entry", CLIENT, "Rate an entry and comment on it"
    ),
    Beside(
        frozenset({S.OPEN, *JUDGED}), "remove_entry", frozenset({Role.STAFF}),
        "Remove an entry that breaks the rules",
    ),
)  # fmt: skip

SHARED = Silence(
    "distribution", S.DISTRIBUTING, lambda p: p.distributing_period, S.CLOSED,
    prizes.distribute, "prizes_shared", "prizes that are not awarded are shared",
    money=DISTRIBUTION, proof=lambda case: CLIENT,
    needs=frozenset({Need.ENTRANTS, Need.WALLETS, *ENDING}),
)  # fmt: skip
TO_BE_SHARED = Silence(
    "judging_over", S.JUDGING, lambda p: p.judging_period, S.DISTRIBUTING, begin_distribution,
    "distribution_begun", "prizes that are not awarded are going to be shared",
    since=lambda case: _judged_since(case, promised=True),
    needs=frozenset({Need.SHARERS, *ENDING}),
)  # fmt: skip

SILENCES = (
    Silence(
        "unfunded", S.AWAITING_FUNDS, lambda p: p.funding_period, S.LAPSED, lapse,
        "contest_lapsed", "the contest lapses because it was not funded",
        needs=frozenset(FUNDING),
    ),
    Silence(
        "entries_end", S.OPEN, lambda p: AT_ONCE, S.JUDGING, judge,
        "judging_begun", "the contest takes no more entries and is judged", since=_until,
        needs=frozenset({Need.ENTERED, Need.CROWD}),
    ),
    Silence(
        "no_award", S.JUDGING, lambda p: p.judging_period, S.CLOSED, prizes.give_back,
        "prizes_given_back", "prizes that are not awarded are refunded", money=REFUND,
        since=lambda case: _judged_since(case, promised=False),
        proof=lambda case: CLIENT, needs=frozenset(ENDING),
    ),
    replace(TO_BE_SHARED, unless=(_nobody_shares, replace(
        TO_BE_SHARED, says=f"prizes that are not awarded are going to be refunded, {NOBODY}",
    ))),
    replace(SHARED, unless=(_nobody_shares, replace(
        SHARED, does=prizes.give_back, event="prizes_given_back",
        says=f"prizes that are not awarded are refunded, {NOBODY}", money=REFUND,
    ))),
    Silence(
        "handovers_run", S.HANDING_OVER, lambda p: p.distributing_period, S.HANDING_OVER, look,
        "handovers_run", "the contest goes on waiting for its winners' handovers",
        needs=frozenset(ENDING),
    ),
)  # fmt: skip

CONTEST = Process(
    name="contest",
    steps=STEPS,
    silences=SILENCES,
    reminders=tuple(
        usual_reminders(state, end, lambda case: CLIENT, "Please award the prizes")
        for state, end in (
            (S.JUDGING, "no_award"),
            (S.JUDGING, "judging_over"),
            (S.DISTRIBUTING, "distribution"),
        )
    ),
    turn={
        S.DRAFT: Role.CLIENT,
        S.AWAITING_FUNDS: Role.CLIENT,
        S.OPEN: Role.CLIENT,
        S.JUDGING: Role.CLIENT,
        S.DISTRIBUTING: Role.CLIENT,
        S.HANDING_OVER: Role.CLOCK,
    },
    refused=S.REFUSED,
    beside=BESIDE,
)
