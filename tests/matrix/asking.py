"""What is sent to each route, so that it would succeed for whoever may use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.deposits.remitting import sum_of
from tests.market.posting import BID, POSTED
from tests.market.selling import LISTED, WARRANTY
from tests.matrix.scene import Scene


@dataclass(frozen=True)
class Asked:
    """A request's path and body, in a scene; `changes`: a success leaves another scene behind."""

    path: Callable[[Scene], str]
    body: Callable[[Scene], Any] = lambda scene: {}
    changes: bool = True


def at(template: str, **more: Any) -> Asked:
    """A route whose path names things of the scene."""
    return Asked(lambda scene: template.format(**scene.named), **more)


def reads(template: str) -> Asked:
    """A route that changes nothing."""
    return at(template, changes=False)


def _bid(scene: Scene) -> Any:
    return BID | {"amount": sum_of(70_00)}


PROJECTS: Mapping[str, Asked] = {
    "POST /v1/projects": at("/v1/projects", body=lambda scene: POSTED),
    "GET /v1/projects": reads("/v1/projects"),
    "GET /v1/facets/{kind}": reads("/v1/facets/projects"),
    "GET /v1/me/projects": reads("/v1/me/projects"),
    "GET /v1/me/bids": reads("/v1/me/bids"),
    "GET /v1/projects/{case_id}": reads("/v1/projects/{project}"),
    "GET /v1/projects/{case_id}/access-log": reads("/v1/projects/{project}/access-log"),
    "GET /v1/projects/{case_id}/timeline": reads("/v1/projects/{project}/timeline"),
    "GET /v1/projects/{case_id}/bids": reads("/v1/projects/{project}/bids"),
    "GET /v1/projects/{case_id}/invitations": reads("/v1/projects/{project}/invitations"),
    "GET /v1/projects/{case_id}/messages": reads("/v1/projects/{project}/messages"),
    "POST /v1/projects/{project_id}/bids": at("/v1/projects/{project}/bids", body=_bid),
    "POST /v1/projects/{project_id}/invitations": at(
        "/v1/projects/{project}/invitations",
        body=lambda scene: {"freelancer": scene.people["freelancer"].id},
    ),
    "POST /v1/projects/{project_id}/messages": at(
        "/v1/projects/{project}/messages",
        body=lambda scene: {"text": "Hello", "freelancer": scene.people["bidder"].id},
    ),
    "POST /v1/projects/{case_id}/award": at(
        "/v1/projects/{project}/award",
        body=lambda scene: {"bids": [{"bid": scene.named["bid"], "version": 1}]},
    ),
    "POST /v1/projects/{case_id}/extend": at("/v1/projects/{project}/extend"),
    "POST /v1/projects/{case_id}/close": at("/v1/projects/{project}/close"),
    "PUT /v1/bids/{bid_id}": at(
        "/v1/bids/{bid}", body=lambda scene: _bid(scene) | {"version": 1, "days": 3}
    ),
    "DELETE /v1/bids/{bid_id}": at("/v1/bids/{bid}", body=lambda scene: None),
}

PRICE = sum_of(20_00)
SEEN = {"version": 1, "price": PRICE}


def _listed(scene: Scene) -> Any:
    return LISTED | {"price": PRICE}


def _edited(scene: Scene) -> Any:
    return _listed(scene) | {"version": 1, "title": "Other", "files": [scene.named["file"]]}


def _filled(scene: Scene) -> Any:
    return {"mode": "all", "items": [SEEN | {"listing": scene.named["listing"]}]}


LISTINGS: Mapping[str, Asked] = {
    "POST /v1/listings": at("/v1/listings", body=_listed),
    "GET /v1/listings": reads("/v1/listings"),
    "GET /v1/me/listings": reads("/v1/me/listings"),
    "GET /v1/listings/{listing_id}": reads("/v1/listings/{draft}"),
    "PUT /v1/listings/{listing_id}": at("/v1/listings/{listing}", body=_edited),
    "POST /v1/listings/{listing_id}/publish": at(
        "/v1/listings/{draft}/publish", body=lambda scene: WARRANTY | {"version": 1}
    ),
    "POST /v1/listings/{listing_id}/unpublish": at(
        "/v1/listings/{listing}/unpublish", body=lambda scene: {"version": 1}
    ),
    "POST /v1/listings/{listing_id}/purchase": at(
        "/v1/listings/{listing}/purchase", body=lambda scene: SEEN
    ),
    "POST /v1/baskets": at("/v1/baskets", body=_filled),
    "GET /v1/baskets": reads("/v1/baskets"),
    "GET /v1/baskets/{case_id}": reads("/v1/baskets/{basket}"),
    "GET /v1/baskets/{case_id}/timeline": reads("/v1/baskets/{basket}/timeline"),
}

ASKED: Mapping[str, Asked] = {**PROJECTS, **LISTINGS}
"""Every route of these nouns; a route that is missing here fails the build."""
NOUNS = frozenset({"projects", "finding", "listings"})
"""The tags of the routes that the matrix covers."""
