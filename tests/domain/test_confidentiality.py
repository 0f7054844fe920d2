"""A client's own terms of confidentiality are agreed to by exactly what they say, or not at all."""

from collections.abc import Mapping

import pytest

from domain import commands as c
from domain.cases import JobState
from domain.confidentiality import fingerprint, require_agreed
from domain.errors import ConfidentialityMissing, SeenIsStale
from domain.policy import Terms
from tests.domain.story import Story

OWN, OTHER = fingerprint("Not a word."), fingerprint("Not a word!")


def asking(asked: str | None) -> Story:
    """An offer by a client who asks for this."""
    story = Story()
    terms = story.job.terms.model_copy(update={"confidentiality": asked})
    story.job = story.job.model_copy(update={"terms": terms})
    return story.offered()


def noted(story: Story) -> Mapping[str, object]:
    """What the last step noted."""
    assert story.last is not None
    return story.last.facts


def test_an_acceptance_names_the_terms_it_agrees_to() -> None:
    """It is kept with what happened."""
    story = asking(OWN)
    seen = story.job.offer_version
    story.freelancer(c.Accept, offer_version=seen, agree_confidentiality=OWN)
    assert story.job.state is JobState.IN_PROGRESS
    assert noted(story)["confidentiality"] == OWN


@pytest.mark.parametrize(
    ("asked", "agreed", "error"),
    [
        (OWN, None, ConfidentialityMissing),
        (OWN, OTHER, SeenIsStale),
        (None, OWN, SeenIsStale),
    ],
)
def test_nothing_else_is_agreement(
    asked: str | None, agreed: str | None, error: type[Exception]
) -> None:
    """Left out, to another text, or to terms that nobody has."""
    story = asking(asked)
    seen = story.job.offer_version
    with pytest.raises(error):
        story.freelancer(c.Accept, offer_version=seen, agree_confidentiality=agreed)
    assert story.job.state is JobState.OFFERED
    with pytest.raises(error):
        require_agreed(asked, agreed)


def test_an_offer_without_terms_of_its_own_is_accepted_as_ever() -> None:
    """And tells of none."""
    story = asking(None).freelancer(c.Accept)
    assert story.job.state is JobState.IN_PROGRESS
    assert "confidentiality" not in noted(story)


def test_terms_from_before_there_were_any_have_none() -> None:
    """Rows that an earlier release wrote are read as they are."""
    written = Story().job.terms.model_dump(mode="json")
    del written["confidentiality"]
    assert Terms.model_validate(written).confidentiality is None
    assert c.Accept.model_validate({"offer_version": 1}).agree_confidentiality is None


@pytest.mark.parametrize("wrong", ["", "x" * 64, OWN.upper(), OWN + "\n", True, OWN[:-1]])
def test_what_is_no_fingerprint_is_refused(wrong: object) -> None:
    """64 hexadecimal digits in lower case."""
    with pytest.raises(ValueError, match="agree_confidentiality"):
        c.Accept.model_validate({"offer_version": 1, "agree_confidentiality": wrong})
