"""What is sent to each route, so that it would succeed for whoever may use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.deposits.remitting import sum_of
from tests.market.contesting import POSTED as CONTEST
from tests.market.introducing import PROFILE
from tests.market.posting import BID, POSTED
from tests.market.selling import LISTED, WARRANTY
from tests.matrix.scene import PART, Scene


@dataclass(frozen=True)
class Asked:
    """A request's path and body, in a scene; `changes`: a success leaves another scene behind."""

    path: Callable[[Scene], str]
    body: Callable[[Scene], Any] = lambda scene: {}
    changes: bool = True
    content: bytes = b""
    """Bytes that are sent instead of a body."""


def at(template: str, **more: Any) -> Asked:
    """A route whose path names things of the scene."""
    return Asked(lambda scene: template.format(**scene.named), **more)


def adds(template: str, **more: Any) -> Asked:
    """A route that makes something new, and leaves the scene as it is."""
    return at(template, changes=False, **more)


def reads(template: str) -> Asked:
    """A route that changes nothing."""
    return at(template, changes=False)


def _bid(scene: Scene) -> Any:
    return BID | {"amount": sum_of(70_00)}


PROJECTS: Mapping[str, Asked] = {
    "POST /v1/projects": adds("/v1/projects", body=lambda scene: POSTED),
    "GET /v1/projects": reads("/v1/projects"),
    "GET /v1/facets/{kind} (freelancers)": reads("/v1/facets/freelancers"),
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
    "POST /v1/listings": adds("/v1/listings", body=_listed),
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


def _awarded(scene: Scene) -> Any:
    won = {"entry": scene.named["judged"], "hash": scene.named["hash"], "prize": 1}
    return {"entries": [won]}


OPEN, JUDGING, UNFUNDED = "/v1/contests/{open}", "/v1/contests/{judging}", "/v1/contests/{unfunded}"
ENTRY = OPEN + "/entries/{entry}"
CONTESTS: Mapping[str, Asked] = {
    "POST /v1/contests": adds("/v1/contests", body=lambda scene: CONTEST),
    "GET /v1/contests": reads("/v1/contests"),
    "GET /v1/me/contests": reads("/v1/me/contests"),
    "GET /v1/me/entries": reads("/v1/me/entries"),
    "GET /v1/contests/{case_id}": reads(OPEN),
    "GET /v1/contests/{case_id}/timeline": reads(OPEN + "/timeline"),
    "GET /v1/contests/{case_id}/access-log": reads(OPEN + "/access-log"),
    "POST /v1/contests/{case_id}/fund": at(UNFUNDED + "/fund"),
    "POST /v1/contests/{case_id}/withdraw": at(UNFUNDED + "/withdraw"),
    "POST /v1/contests/{case_id}/add-prize": at(
        OPEN + "/add-prize", body=lambda scene: {"amount": sum_of(10_00)}
    ),
    "POST /v1/contests/{case_id}/name-finalist": at(
        OPEN + "/name-finalist", body=lambda scene: {"entry": scene.named["entry"]}
    ),
    "POST /v1/contests/{case_id}/close-early": at(OPEN + "/close-early"),
    "POST /v1/contests/{case_id}/award": at(JUDGING + "/award", body=_awarded),
    "POST /v1/contests/{case_id}/extend": at(JUDGING + "/extend"),
    "POST /v1/contests/{contest_id}/entries": adds(
        OPEN + "/entries", body=lambda scene: {"note": "x", "files": [scene.named["works"]]}
    ),
    "GET /v1/contests/{contest_id}/entries (open)": reads(OPEN + "/entries"),
    "GET /v1/contests/{contest_id}/entries (judging)": reads(JUDGING + "/entries"),
    "POST /v1/contests/{contest_id}/entries/{entry_id}/rating": at(
        ENTRY + "/rating", body=lambda scene: {"rating": 4}
    ),
    "POST /v1/contests/{contest_id}/entries/{entry_id}/finalist": at(ENTRY + "/finalist"),
    "DELETE /v1/contests/{contest_id}/entries/{entry_id}": at(ENTRY),
    "POST /v1/staff/contests/{contest_id}/entries/{entry_id}/remove": at(
        "/v1/staff/contests/{open}/entries/{entry}/remove", body=lambda scene: {"reason": "copied"}
    ),
}

FREELANCERS: Mapping[str, Asked] = {
    "GET /v1/freelancers": reads("/v1/freelancers"),
    "GET /v1/freelancers/{freelancer_id} (published)": reads("/v1/freelancers/{published}"),
    "GET /v1/freelancers/{freelancer_id} (draft)": reads("/v1/freelancers/{unpublished}"),
    "GET /v1/me/profile": reads("/v1/me/profile"),
    "PUT /v1/me/profile": adds("/v1/me/profile", body=lambda scene: PROFILE),
    "POST /v1/me/profile/publish": adds("/v1/me/profile/publish"),
    "POST /v1/me/profile/unpublish": adds("/v1/me/profile/unpublish"),
}

FILES: Mapping[str, Asked] = {
    "POST /v1/files": adds("/v1/files", content=PART),
    "GET /v1/files/{file_id} (of a project)": reads("/v1/files/{handed}"),
    "GET /v1/files/{file_id} (for sale)": reads("/v1/files/{file}"),
    "GET /v1/files/{file_id} (bought)": reads("/v1/files/{bought}"),
    "GET /v1/files/{file_id} (entered)": reads("/v1/files/{works}"),
    "GET /v1/files/{file_id}/preview (entered)": reads("/v1/files/{works}/preview"),
    "GET /v1/files/{file_id}/preview (for sale)": reads("/v1/files/{file}/preview"),
    "DELETE /v1/files/{file_id} (for sale)": at("/v1/files/{file}"),
    "DELETE /v1/files/{file_id} (unused)": at("/v1/files/{unused}"),
    "POST /v1/files/{file_id}/link (bought)": adds("/v1/files/{bought}/link"),
    "GET /content/{token} (bought)": reads("{link}"),
    "GET /v1/jobs/{job_id}/deliveries/{delivery_id}/zip": reads(
        "/v1/jobs/{job}/deliveries/{delivery}/zip"
    ),
    "POST /v1/uploads": adds("/v1/uploads", body=lambda scene: {"name": "a.bin", "size": 3}),
    "GET /v1/uploads/{upload_id}": reads("/v1/uploads/{upload}"),
    "PUT /v1/uploads/{upload_id}/parts/{number}": at("/v1/uploads/{upload}/parts/1", content=PART),
    "POST /v1/uploads/{upload_id}/complete": at("/v1/uploads/{upload}/complete"),
    "DELETE /v1/uploads/{upload_id}": at("/v1/uploads/{upload}"),
    "GET /v1/certificates/{certificate_id}": reads("/v1/certificates/{certificate}"),
}

LINKS = "/v1/staff/people/{someone}/links"


def _with(whom: str) -> Callable[[Scene], Any]:
    return lambda scene: {"other": scene.people[whom].id, "reason": "One account"}


LINKED: Mapping[str, Asked] = {
    "GET /v1/staff/people/{person_id}/links": reads(LINKS),
    "POST /v1/staff/people/{person_id}/links": at(LINKS, body=_with("entrant")),
    "POST /v1/staff/people/{person_id}/links/clear": at(LINKS + "/clear", body=_with("bidder")),
}

ASKED: Mapping[str, Asked] = {
    **PROJECTS, **CONTESTS, **LISTINGS, **FREELANCERS, **FILES, **LINKED
}  # fmt: skip
"""Every route of these nouns, by what it is asked about; one that is missing fails the build."""
NOUNS = frozenset(
    {
        *("projects", "contests", "finding", "listings", "freelancers", "files", "certificates"),
        "linked people",
    }
)
"""The tags of the routes that the matrix covers."""
