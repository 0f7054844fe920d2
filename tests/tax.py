"""Tax forms that are right, for tests that make something wrong with them."""

from typing import Any

from domain.w8ben import W8Ben
from domain.w9 import W9

SSN, ITIN, EIN = "536904399", "912903456", "042103594"
FOREIGN = "81 872 495 633"
AMERICAN: dict[str, Any] = {
    "country": "US",
    "street": "12 Elm Street",
    "city": "Boston",
    "region": "MA",
    "postal_code": "02110",
}
GERMAN: dict[str, Any] = {
    "country": "DE",
    "street": "Ulmenweg 3",
    "city": "Bonn",
    "postal_code": "53111",
}
W9_SENT: dict[str, Any] = {
    "name": "Ana Nin",
    "classification": "individual",
    "address": AMERICAN,
    "tin_type": "ssn",
    "tin": "536-90-4399",
    "subject_to_backup_withholding": False,
}
BUSINESS: dict[str, Any] = W9_SENT | {
    "name": "Elm Works",
    "classification": "c_corporation",
    "tin_type": "ein",
    "tin": "04-2103594",
}
W8BEN_SENT: dict[str, Any] = {
    "name": "Ben Ode",
    "citizenship": "DE",
    "residence": GERMAN,
    "foreign_tin": FOREIGN,
    "birth": "1990-02-28",
}
CLAIM: dict[str, Any] = {
    "country": "DE",
    "article": "Article 14",
    "rate": "0",
    "income": "services",
    "explanation": "A resident without a fixed base in the United States",
}


def w9(**change: object) -> W9:
    """A W-9 of an individual, with these lines changed."""
    return W9.model_validate(W9_SENT | change)


def w8ben(**change: object) -> W8Ben:
    """A W-8BEN, with these lines changed."""
    return W8Ben.model_validate(W8BEN_SENT | change)
