"""Who may read a file of a case, or see its preview."""

import pytest

from domain.access import HandedAs, Handover, may_preview, may_read
from domain.errors import NdaMissing
from domain.standing import Standing

SIGNED = Standing(nda_signed=True, undertaking_signed=True)
UNSIGNED = Standing()


def handed(handed_as: HandedAs, *, refunded: bool = False) -> Handover:
    return Handover(
        handed_as=handed_as,
        client="cho",
        freelancer="fay",
        mediators=frozenset({"mia"}),
        refunded=refunded,
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
