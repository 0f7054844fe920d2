"""Who may work and who may mediate, by what they signed and answered."""

import pytest

from domain.errors import DomainError, NdaMissing, NotAllowedToWork, WorkPermissionMissing
from domain.standing import Permission, Permitted, Standing, permission

READY = Standing(nda_signed=True, undertaking_signed=True, permission=Permission.W8BEN)


@pytest.mark.parametrize(
    ("us_citizen", "lives_in_us", "permitted", "result"),
    [
        (True, True, None, Permission.W9),
        (True, True, Permitted.NO, Permission.W9),
        (True, False, None, Permission.W9),
        (False, True, Permitted.YES, Permission.W9),
        (False, True, Permitted.NO, Permission.NOT_ALLOWED),
        (False, True, Permitted.NOT_SURE, Permission.UNCLEAR),
        (False, False, None, Permission.W8BEN),
        (False, False, Permitted.NO, Permission.W8BEN),
    ],
)
def test_the_answers_name_the_tax_form_or_refuse(
    us_citizen: bool, lives_in_us: bool, permitted: Permitted | None, result: Permission
) -> None:
    """A citizen and whoever lives abroad are never asked for permission."""
    answers = {"us_citizen": us_citizen, "lives_in_us": lives_in_us}
    assert permission(**answers, permitted=permitted) is result


def test_who_lives_in_the_us_has_to_answer_the_third_question() -> None:
    """Silence is no permission."""
    with pytest.raises(ValueError, match="asked of everybody who lives in the US"):
        permission(us_citizen=False, lives_in_us=True, permitted=None)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"nda_signed": False}, NdaMissing),
        ({"permission": None}, WorkPermissionMissing),
        ({"permission": Permission.UNCLEAR}, WorkPermissionMissing),
        ({"permission": Permission.NOT_ALLOWED}, NotAllowedToWork),
        ({"permission": Permission.NOT_ALLOWED, "nda_signed": False}, NotAllowedToWork),
    ],
)
def test_work_is_closed_while_something_is_missing(
    change: dict[str, object], refusal: type[DomainError]
) -> None:
    """For mediators as for freelancers."""
    standing = READY.model_copy(update=change)
    with pytest.raises(refusal):
        standing.require_to_work()
    with pytest.raises(refusal):
        standing.require_to_mediate()


def test_work_is_open_to_who_signed_and_answered() -> None:
    """The undertaking is asked of mediators alone."""
    READY.require_to_mediate()
    freelancer = READY.model_copy(update={"undertaking_signed": False})
    freelancer.require_to_work()
    with pytest.raises(NdaMissing):
        freelancer.require_undertaking()


def test_a_mediator_signs_the_undertaking_too() -> None:
    """The refusal says which text is missing."""
    with pytest.raises(NdaMissing) as refused:
        READY.model_copy(update={"undertaking_signed": False}).require_to_mediate()
    assert refused.value.facts == {"agreement": "undertaking"}
