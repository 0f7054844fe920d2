"""Who may read a file of a case, or see its preview."""

import pytest

from domain.access import HandedAs, Handover, may_preview, may_read, opened_by
from domain.cases import Role
from domain.errors import ApproveFirst, NdaMissing
from domain.standing import Standing

SIGNED = Standing(nda_signed=True, undertaking_signed=True)
UNSIGNED = Standing()


def handed(
    handed_as: HandedAs,
    *,
    refunded: bool = False,
    view_only: bool = False,
    won: bool = True,
    to_everybody: bool = False,
    case_id: str | None = "job_1",
    rivals: frozenset[str] = frozenset(),
) -> Handover:
    return Handover(
        case_id=case_id,
        handed_as=handed_as,
        client="cho",
        freelancer="fay",
        mediators=frozenset({"mia"}),
        refunded=refunded,
        view_only=view_only,
        won=won,
        to_everybody=to_everybody,
        rivals=rivals,
    )


@pytest.mark.parametrize("handed_as", HandedAs)
@pytest.mark.parametrize(
    ("reader", "staff", "may"),
    [
        ("cho", False, True),
        ("fay", False, True),
        ("mia", False, True),
        ("sam", True, True),
        ("eve", False, False),
    ],
)
def test_the_parties_read_what_is_handed_over(
    handed_as: HandedAs, reader: str, staff: bool, may: bool
) -> None:
    """Client, freelancer, mediator and staff; nobody else."""
    assert may_read([handed(handed_as)], reader, SIGNED, staff=staff) is may
    assert may_preview([handed(handed_as)], reader, SIGNED, staff=staff) is may


def test_whoever_of_the_house_entered_too_is_no_staff_to_it() -> None:
    """Their own files stay theirs, as its freelancer."""
    entry = handed(HandedAs.ENTRY, rivals=frozenset({"sam", "fay"}))
    for reader, may in (("sam", False), ("fay", True), ("kim", True)):
        assert may_read([entry], reader, SIGNED, staff=True) is may
        assert may_preview([entry], reader, SIGNED, staff=True) is may
        assert bool(opened_by([entry], reader, SIGNED, staff=True)) is may


def test_a_file_without_a_case_is_nobodys_but_its_owners() -> None:
    """Staff may not look around."""
    assert may_read([], "sam", SIGNED, staff=True) is False


@pytest.mark.parametrize(
    ("reader", "staff", "handed_as"),
    [
        ("fay", False, HandedAs.BRIEF),
        ("mia", False, HandedAs.EVIDENCE),
        ("sam", True, HandedAs.DELIVERY),
    ],
)
def test_a_missing_signature_is_named(reader: str, staff: bool, handed_as: HandedAs) -> None:
    """The NDA before a brief, the undertaking before anything of somebody else's case."""
    for rule in (may_read, may_preview):
        with pytest.raises(NdaMissing):
            rule([handed(handed_as)], reader, UNSIGNED, staff=staff)


def test_one_case_that_opens_the_file_is_enough() -> None:
    """A signature that another case would take is not asked for."""
    cases = [handed(HandedAs.BRIEF), handed(HandedAs.DELIVERY)]
    assert may_read(cases, "fay", UNSIGNED, staff=False) is True


def test_a_full_refund_closes_deliveries_to_the_client_alone() -> None:
    """The brief and the evidence stay the client's to read."""
    delivery = handed(HandedAs.DELIVERY, refunded=True)
    assert may_read([delivery], "cho", SIGNED, staff=False) is False
    assert may_read([delivery], "fay", SIGNED, staff=False) is True
    assert may_read([handed(HandedAs.EVIDENCE, refunded=True)], "cho", SIGNED, staff=False)


@pytest.mark.parametrize(
    ("reader", "staff", "role"),
    [
        ("cho", False, Role.CLIENT),
        ("fay", True, Role.FREELANCER),
        ("mia", True, Role.MEDIATOR),
        ("sam", True, Role.STAFF),
        ("eve", False, None),
    ],
)
def test_who_opens_a_file_is_known_by_case_and_role(
    reader: str, staff: bool, role: Role | None
) -> None:
    """In every case that opens it to them; parties are parties, also when they are staff."""
    cases = [handed(HandedAs.BRIEF), handed(HandedAs.BRIEF, case_id="job_2")]
    found = opened_by(cases, reader, SIGNED, staff=staff)
    assert found == ({"job_1": role, "job_2": role} if role else {})


def test_a_case_that_keeps_a_file_closed_did_not_open_it() -> None:
    """A signature is missing there, or the work went back."""
    cases = [
        handed(HandedAs.BRIEF),
        handed(HandedAs.DELIVERY, case_id="job_2"),
        handed(HandedAs.DELIVERY, case_id="job_3", refunded=True),
    ]
    assert opened_by(cases, "fay", UNSIGNED, staff=False).keys() == {"job_2", "job_3"}
    assert opened_by(cases, "cho", UNSIGNED, staff=False).keys() == {"job_1", "job_2"}


def test_a_client_who_only_views_may_download_what_is_no_delivery() -> None:
    """The refusal says what opens it; the freelancer, the brief and evidence are as ever."""
    delivery = handed(HandedAs.DELIVERY, view_only=True)
    with pytest.raises(ApproveFirst):
        may_read([delivery], "cho", SIGNED, staff=False)
    assert may_read([delivery], "fay", SIGNED, staff=False) is True
    assert may_read([handed(HandedAs.BRIEF, view_only=True)], "cho", SIGNED, staff=False)


def test_who_only_views_sees_the_preview_and_is_known_to_have_looked() -> None:
    """Before the approval, marked with their name; the download stays closed."""
    delivery = handed(HandedAs.DELIVERY, view_only=True)
    assert may_preview([delivery], "cho", SIGNED, staff=False) is True
    seen = opened_by([delivery], "cho", SIGNED, staff=False, preview=True)
    assert seen == {"job_1": Role.CLIENT}
    assert opened_by([delivery], "cho", SIGNED, staff=False) == {}


def test_everybody_sees_the_previews_that_a_listing_shows() -> None:
    """And nobody but its seller and the house has the file."""
    offered = handed(HandedAs.FOR_SALE, case_id=None).model_copy(
        update={"client": None, "shown": True}
    )
    assert may_preview([offered], "eve", UNSIGNED, staff=False) is True
    assert may_read([offered], "eve", UNSIGNED, staff=False) is False
    assert opened_by([offered], "eve", UNSIGNED, staff=False, preview=True) == {}


def test_a_refund_closes_what_was_only_viewed() -> None:
    """An approval would not open it any more."""
    delivery = handed(HandedAs.DELIVERY, refunded=True, view_only=True)
    assert may_read([delivery], "cho", SIGNED, staff=False) is False


def test_what_is_for_sale_is_open_to_its_seller_and_the_house_alone() -> None:
    """There is no client yet, and nobody stands in for one."""
    offered = Handover(
        case_id=None,
        handed_as=HandedAs.FOR_SALE,
        client=None,
        freelancer="fay",
        mediators=frozenset(),
        refunded=False,
    )
    assert may_read([offered], "fay", SIGNED, staff=False) is True
    assert may_read([offered], "sam", SIGNED, staff=True) is True
    assert may_read([offered], "eve", SIGNED, staff=False) is False
    with pytest.raises(NdaMissing):
        may_read([offered], "sam", UNSIGNED, staff=True)


def test_an_entry_opens_to_the_client_when_it_wins_and_closes_when_the_handover_fails() -> None:
    """Until then its preview alone; its freelancer always reads it."""
    waits, failed = handed(HandedAs.ENTRY, won=False), handed(HandedAs.ENTRY, refunded=True)
    with pytest.raises(ApproveFirst):
        may_read([waits], "cho", SIGNED, staff=False)
    assert may_preview([waits], "cho", SIGNED, staff=False) is True
    assert may_read([failed], "cho", SIGNED, staff=False) is False
    for entry in (waits, failed):
        assert may_read([entry], "fay", SIGNED, staff=False) is True


def test_a_contests_brief_is_everybodys_who_signed() -> None:
    """And nobody's who has not."""
    brief = handed(HandedAs.BRIEF, to_everybody=True)
    assert may_read([brief], "eve", SIGNED, staff=False) is True
    with pytest.raises(NdaMissing):
        may_read([brief], "eve", UNSIGNED, staff=False)
