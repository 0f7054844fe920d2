"""What a decision's body may hold: whatever does not fit is refused by its field's name."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import Response

from domain import commands as c
from domain.cases import Role
from tests.api.people import code, new_key, pointers
from tests.holding.hands import rows
from tests.life import Life
from tests.sums import as_sent
from tests.world import World

Body = dict[str, Any]
NO_TEXTS: list[object] = [
    "a\x00b",
    "\x07",
    "\x7f",
    "\ud800",
    5,
    1.5,
    True,
    None,
    ["x"],
    {},
    "x" * 20_001,
]
"""Control characters, half characters, other types, and more than fits."""
NO_NUMBERS: list[object] = ["5", "", 1.5, 5.0, True, None, [5], {}, -1, 2**63, 10**30]
NO_TIMES: list[object] = [
    "2030-01-01T00:00:00",
    "2030-01-01",
    "1900000000",
    "tomorrow",
    "2030-13-01T00:00:00Z",
    1_900_000_000,
    1.5,
    True,
    None,
    "",
]
NO_IDS: list[object] = ["x" * 65, "a\x00b", "\ud800", 5, None, ["x"]]
TEXTS = {
    c.Decline: "reason",
    c.Deliver: "note",
    c.RequestRevision: "instructions",
    c.RequestRejection: "reason",
    c.Resign: "reason",
    c.Cancel: "reason",
    c.OfferSettlement: "note",
    c.DeclineAppointment: "reason",
    c.VetoMediator: "reason",
    c.AddStatement: "text",
    c.Propose: "reasons",
    c.RefuseProposal: "reason",
    c.Resolve: "reasons",
    c.Refuse: "reason",
    c.PauseClock: "reason",
    c.ResumeClock: "reason",
}
"""Every command that takes words, and in which field."""
NEEDED = [c.RequestRevision, c.RequestRejection, c.AddStatement, c.Propose, c.Resolve, c.Refuse]
"""Those that say nothing without them."""
STAFFS = {c.Resolve, c.Confirm, c.Refuse, c.PauseClock, c.ResumeClock}


@pytest.fixture(scope="module")
async def quarrel(world: World) -> AsyncIterator[Life]:
    """A job in mediation, on which nothing below may leave a trace."""
    life = await (await Life.begin(world)).in_mediation()
    before = await traces(life)
    yield life
    assert await traces(life) == before


async def traces(life: Life) -> int:
    """How many instructions the job and its dispute have."""
    query = "select count(*) as n from instruction where case_id in (:job, :dispute)"
    [row] = await rows(life.world, query, job=life.job_id, dispute=life.dispute_id)
    return int(row.n)


async def sent(life: Life, kind: type[c.Command], body: object) -> Response:
    """Somebody who may decide sends this body, even one that is no text."""
    role = Role.STAFF if kind in STAFFS else Role.CLIENT
    person = await life.person(role)
    headers = person.headers(new_key()) | {"Content-Type": "application/json"}
    path = await life.path(role, kind)
    return await life.world.http.post(path, content=json.dumps(body), headers=headers)


async def refused(life: Life, kind: type[c.Command], body: object) -> list[str]:
    """The fields the refusal names."""
    answer = await sent(life, kind, body)
    assert (answer.status_code, code(answer)) == (422, "invalid")
    return pointers(answer)


def usual(kind: type[c.Command]) -> Body:
    """What the command needs besides its words."""
    needs: dict[type[c.Command], Body] = {
        c.OfferSettlement: as_sent({"freelancer_minor": 5}),
        c.Propose: {"ends": "refund"},
        c.Resolve: {"ends": "refund"},
        c.RefuseProposal: {"proposal_id": "proposal_x"},
        c.Refuse: {"ruling_id": "ruling_x"},
        c.PauseClock: {"until": "2030-01-01T00:00:00Z"},
    }
    return needs.get(kind, {})


@pytest.mark.parametrize("kind", TEXTS, ids=lambda kind: kind.name)
async def test_every_text_is_plain_and_bounded(quarrel: Life, kind: type[c.Command]) -> None:
    """Whatever is no text, or too long, is refused in every command that takes words."""
    for text in NO_TEXTS:
        named = await refused(quarrel, kind, usual(kind) | {TEXTS[kind]: text})
        assert f"#/{TEXTS[kind]}" in named, text


@pytest.mark.parametrize("kind", NEEDED, ids=lambda kind: kind.name)
@pytest.mark.parametrize("empty", ["", "  \n\t ", "missing"])
async def test_a_revision_without_instructions_is_refused(
    quarrel: Life, kind: type[c.Command], empty: str
) -> None:
    """As is anything else that has to say why, or what."""
    said = {} if empty == "missing" else {TEXTS[kind]: empty}
    assert await refused(quarrel, kind, usual(kind) | said) == [f"#/{TEXTS[kind]}"]


@pytest.mark.parametrize("wrong", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize(
    ("kind", "field", "rest"),
    [
        (c.Accept, "offer_version", {}),
        (c.OfferSettlement, "freelancer/amount_minor", {}),
        (c.HireMediator, "fee/amount_minor", {}),
        (c.Propose, "freelancer/amount_minor", {"ends": "split", "reasons": "fair"}),
        (c.Resolve, "freelancer/amount_minor", {"ends": "split", "reasons": "fair"}),
        (c.RequestRevision, "days", {"instructions": "bluer"}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
async def test_a_number_is_a_whole_number_within_its_limits(
    quarrel: Life, kind: type[c.Command], field: str, rest: Body, wrong: object
) -> None:
    """Nothing is guessed: no text, no fraction, no truth value, nothing negative or huge."""
    if (field, wrong) == ("days", None):
        return  # A revision may leave the days to the policy.
    name, _, inner = field.partition("/")
    sent_body = rest | {name: {inner: wrong} if inner else wrong}
    assert await refused(quarrel, kind, sent_body) == [f"#/{field}"]


async def test_an_amount_is_of_the_currency_of_the_case(quarrel: Life) -> None:
    """Another currency is refused at its field; so is a bare number."""
    euros = {"freelancer": {"amount_minor": 5, "currency": "EUR"}}
    assert await refused(quarrel, c.OfferSettlement, euros) == ["#/freelancer/currency"]
    assert await refused(quarrel, c.OfferSettlement, {"freelancer": 5}) == ["#/freelancer"]


@pytest.mark.parametrize("days", [0, 366])
async def test_more_time_for_a_revision_is_one_day_to_a_year(quarrel: Life, days: int) -> None:
    """The limits themselves are inside."""
    body = {"instructions": "bluer", "days": days}
    assert await refused(quarrel, c.RequestRevision, body) == ["#/days"]


@pytest.mark.parametrize("until", NO_TIMES, ids=repr)
async def test_a_time_is_written_with_its_zone(quarrel: Life, until: object) -> None:
    """A naive time, a date or a number leaves open which moment is meant."""
    body = {"reason": "illness", "until": until}
    assert await refused(quarrel, c.PauseClock, body) == ["#/until"]


@pytest.mark.parametrize("wrong", NO_IDS, ids=["long", "NUL", "half", "number", "null", "list"])
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (c.Approve, "delivery_id"),
        (c.AcceptSettlement, "offer_id"),
        (c.AcceptProposal, "proposal_id"),
        (c.Confirm, "ruling_id"),
    ],
)
async def test_what_was_seen_is_named_by_an_id(
    quarrel: Life, kind: type[c.Command], field: str, wrong: object
) -> None:
    """Something that could be no id is malformed, and not merely unknown."""
    assert await refused(quarrel, kind, {field: wrong}) == [f"#/{field}"]
    assert await refused(quarrel, kind, {}) == [f"#/{field}"]


@pytest.mark.parametrize(
    ("files", "pointer"),
    [
        ("file_x", "#/files"),
        ({"a": 1}, "#/files"),
        (None, "#/files"),
        ([None], "#/files/0"),
        (["file_x", 5], "#/files/1"),
        (["a\x00b"], "#/files/0"),
        (["x" * 65], "#/files/0"),
        (["file_x"] * 201, "#/files"),
        (["file_x"] * 10_000, "#/files"),
    ],
    ids=["text", "object", "null", "null in it", "number", "NUL", "long", "201", "10000"],
)
@pytest.mark.parametrize("kind", [c.Deliver, c.RequestRevision, c.AddStatement])
async def test_files_are_a_list_of_at_most_200_ids(
    quarrel: Life, kind: type[c.Command], files: object, pointer: str
) -> None:
    """Wherever files can be handed over."""
    body = {TEXTS[kind]: "words", "files": files}
    assert await refused(quarrel, kind, body) == [pointer]


@pytest.mark.parametrize("body", [{}, {"note": ""}, {"note": " \n"}, {"files": []}])
async def test_a_delivery_hands_over_something(quarrel: Life, body: Body) -> None:
    """Files, or a note that says where the work is; the refusal names a field."""
    assert await refused(quarrel, c.Deliver, body) == ["#/files"]


@pytest.mark.parametrize("kind", [c.Deliver, c.OfferSettlement, c.Propose, c.Resolve])
async def test_ids_of_what_is_made_are_given_by_the_door(
    quarrel: Life, kind: type[c.Command]
) -> None:
    """Nobody may choose the id of a delivery, an offer, a proposal or a ruling."""
    body = usual(kind) | {TEXTS[kind]: "words", "id": "delivery_mine"}
    assert await refused(quarrel, kind, body) == ["#/id"]


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("extra", "#/extra"),
        ("a/b~c", "#/a~1b~0c"),
        ("", "#/"),
        ("\x00", "#/\x00"),
        ("\ud800", "#"),
    ],
)
async def test_an_unknown_field_is_refused(quarrel: Life, name: str, pointer: str) -> None:
    """By its name, whatever the name is made of."""
    assert await refused(quarrel, c.Resign, {name: 1}) == [pointer]


async def test_many_wrong_fields_are_named_up_to_a_limit(quarrel: Life) -> None:
    """An answer does not grow with what was sent."""
    named = await refused(quarrel, c.Resign, {f"field{n}": n for n in range(5_000)})
    assert len(named) == 50


@pytest.mark.parametrize("ends", ["half", "", "RELEASE", 1, None, True, ["split"]])
async def test_an_escrow_ends_in_one_of_three_ways(quarrel: Life, ends: object) -> None:
    """Release, refund or split, for mediators and staff alike."""
    for kind in (c.Propose, c.Resolve):
        assert await refused(quarrel, kind, {"ends": ends, "reasons": "x"}) == ["#/ends"]


@pytest.mark.parametrize(("ends", "ip"), [("release", "freelancer"), ("refund", "client")])
async def test_who_owns_the_work_follows_from_how_it_ends(
    quarrel: Life, ends: str, ip: str
) -> None:
    """Only a split leaves it open; an owner there is not is refused as well."""
    for kind in (c.Propose, c.Resolve):
        body = {"ends": ends, "reasons": "x"}
        assert await refused(quarrel, kind, body | {"ip": ip}) == ["#/ip"]
        assert await refused(quarrel, kind, body | {"ip": "mediator"}) == ["#/ip"]


@pytest.mark.parametrize("body", [[], "text", 5, 1.5, True, None, [[]]])
async def test_a_body_is_an_object(quarrel: Life, body: object) -> None:
    """Another kind of JSON names the body itself."""
    assert await refused(quarrel, c.RequestRevision, body) == ["#"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"{}{}", 422),
        (b"\x80", 400),
        (b'{"instructions": "\xff"}', 400),
        (b'{"instructions": NaN}', 422),
        (b'{"days": 1e999}', 422),
        (b'{"days": ' + b"9" * 5_000 + b"}", 400),
        (b'{"instructions": ' + b"[" * 100_000 + b"}", 400),
        (b'{"instructions": ' + b"[" * 500 + b"]" * 500 + b"}", 422),
        (b"", 422),
    ],
    ids=["cut", "two", "bytes", "no utf-8", "nan", "infinite", "digits", "deep", "nested", "empty"],
)
async def test_a_body_that_cannot_be_read_is_refused(
    quarrel: Life, content: bytes, status: int
) -> None:
    """Whatever the bytes are, the answer is a problem."""
    headers = quarrel.client.headers(new_key()) | {"Content-Type": "application/json"}
    path = f"/v1/jobs/{quarrel.job_id}/request-revision"
    answer = await quarrel.world.http.post(path, content=content, headers=headers)
    assert (answer.status_code, code(answer) in {"invalid", "malformed"}) == (status, True)


async def test_sums_that_do_not_fit_the_escrow_are_refused_by_the_law(life: Life) -> None:
    """Zero, the whole and more are no split; 422 names the field, and the row its outcome."""
    await life.in_mediation()
    split: Body = {"ends": "split", "reasons": "fair"}
    for sum_ in (0, life.price, life.price + 1, 2**53 - 1):
        offered = await life.asks(Role.CLIENT, c.OfferSettlement, freelancer_minor=sum_)
        proposed = await life.asks(Role.MEDIATOR, c.Propose, freelancer_minor=sum_, **split)
        for answer in (offered, proposed):
            assert (answer.status_code, code(answer)) == (422, "invalid_amount")
            assert pointers(answer) == ["#/freelancer"]
    whole = await life.asks(Role.MEDIATOR, c.Propose, ends="release", freelancer_minor=1)
    assert pointers(whole) == ["#/freelancer"]
    assert (await life.dispute_shown())["state"] == "in_mediation"


@pytest.mark.parametrize(
    "until",
    ["2020-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"],
)
async def test_a_pause_that_does_not_fit_is_refused_by_the_law(life: Life, until: str) -> None:
    """In the past, or longer than the longest; also at the ends of the calendar."""
    await life.in_progress()
    answer = await life.asks(Role.STAFF, c.PauseClock, until=until)
    assert (answer.status_code, code(answer)) == (422, "invalid_amount")
    assert pointers(answer) == ["#/until"]
    assert (await life.shown())["paused_until"] is None
