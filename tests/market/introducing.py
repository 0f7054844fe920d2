"""Freelancers who say something of themselves, over HTTP."""

from typing import Any

from tests.api.people import Person

PROFILE: dict[str, Any] = {
    "title": "Illustrator of bread and cake",
    "summary": "I draw for bakeries, by hand and in colour",
    "skills": ["Watercolour", "icons"],
    "hourly_rate": {"amount_minor": 60_00, "currency": "USD"},
    "credentials": "Member of the guild of illustrators",
    "experience": [
        {"title": "Illustrator", "at": "The Daily Loaf", "from_year": 2019, "text": "Covers"}
    ],
    "portfolio": [{"title": "Twelve icons", "text": "For a bakery in Bath"}],
    "education": [{"title": "Drawing", "at": "School of Arts", "year": 2018}],
    "certifications": [{"title": "Colour theory", "at": "Institute of Colour"}],
}


async def written(person: Person, **more: Any) -> dict[str, Any]:
    """The person's profile, whole but for what is changed."""
    answer = await person.put("/v1/me/profile", PROFILE | more)
    assert answer.status_code == 200, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


async def published(person: Person, **more: Any) -> dict[str, Any]:
    """The same, for everybody to find."""
    await written(person, **more)
    answer = await person.post("/v1/me/profile/publish")
    assert answer.status_code == 200, answer.text
    public: dict[str, Any] = answer.json()
    return public
