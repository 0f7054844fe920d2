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


def each(route: str, template: str, **named: str) -> dict[str, Asked]:
    """A route that is read of several things, each by what it is: `words_like_this`."""
    return {
        f"{route} ({words.replace('_', ' ')})": reads(template.replace("{}", f"{{{name}}}"))
        for words, name in named.items()
    }


def _bid(scene: Scene) -> Any:
    return BID | {"amount": sum_of(70_00)}


PROJECTS: Mapping[str, Asked] = {
    "POST /v1/projects": adds("/v1/projects", body=lambda scene: POSTED),
    "GET /v1/projects": reads("/v1/projects"),
    "GET /v1/facets/{noun}": reads("/v1/facets/projects"),
    "GET /v1/me/projects": reads("/v1/me/projects"),
    "GET /v1/me/bids": reads("/v1/me/bids"),
    **each("GET /v1/projects/{case_id}", "/v1/projects/{}", open="project", closed="closed"),
    "GET /v1/projects/{case_id}/access-log": reads("/v1/projects/{project}/access-log"),
    "GET /v1/projects/{case_id}/timeline": reads("/v1/projects/{project}/timeline"),
    **each(
        "GET /v1/projects/{case_id}/bids", "/v1/projects/{}/bids", open="project", sealed="closed"
    ),
    "GET /v1/projects/{case_id}/invitations": reads("/v1/projects/{project}/invitations"),
    "GET /v1/projects/{case_id}/messages": reads("/v1/projects/{project}/messages"),
    "POST /v1/projects/{project_id}/bids": at("/v1/projects/{new_project}/bids", body=_bid),
    "POST /v1/projects/{project_id}/invitations": at(
        "/v1/projects/{new_project}/invitations",
        body=lambda scene: {"freelancer": scene.people["freelancer"].id},
    ),
    "POST /v1/projects/{project_id}/messages (to the client)": adds(
        "/v1/projects/{new_project}/messages", body=lambda scene: {"text": "Hello"}
    ),
    "POST /v1/projects/{project_id}/messages (to or as the bidder)": at(
        "/v1/projects/{new_project}/messages",
        body=lambda scene: {"text": "Hello", "freelancer": scene.people["bidder"].id},
    ),
    "POST /v1/projects/{case_id}/award": at(
        "/v1/projects/{new_project}/award",
        body=lambda scene: {"bids": [{"bid": scene.named["new_bid"], "version": 1}]},
    ),
    "POST /v1/projects/{case_id}/extend": at("/v1/projects/{new_project}/extend"),
    "POST /v1/projects/{case_id}/close": at("/v1/projects/{new_project}/close"),
    "PUT /v1/bids/{bid_id}": at(
        "/v1/bids/{new_bid}", body=lambda scene: _bid(scene) | {"version": 1, "days": 3}
    ),
    "DELETE /v1/bids/{bid_id}": at("/v1/bids/{new_bid}", body=lambda scene: None),
}

PRICE = sum_of(20_00)
SEEN = {"version": 1, "price": PRICE}


def _listed(scene: Scene) -> Any:
    return LISTED | {"price": PRICE}


def _edited(scene: Scene) -> Any:
    return _listed(scene) | {"version": 1, "title": "Other", "files": [scene.named["new_file"]]}


def _filled(scene: Scene) -> Any:
    return {"mode": "all", "items": [SEEN | {"listing": scene.named["new_listing"]}]}


LISTINGS: Mapping[str, Asked] = {
    "POST /v1/listings": adds("/v1/listings", body=_listed),
    "GET /v1/listings": reads("/v1/listings"),
    "GET /v1/me/listings": reads("/v1/me/listings"),
    **each(
        "GET /v1/listings/{listing_id}",
        "/v1/listings/{}",
        draft="draft",
        listed="listing",
        sold="sold",
        given_back="given_back",
    ),
    "PUT /v1/listings/{listing_id} (listed)": at("/v1/listings/{new_listing}", body=_edited),
    "PUT /v1/listings/{listing_id} (sold)": at("/v1/listings/{sold}", body=_edited),
    "POST /v1/listings/{listing_id}/publish": at(
        "/v1/listings/{new_draft}/publish", body=lambda scene: WARRANTY | {"version": 1}
    ),
    "POST /v1/listings/{listing_id}/unpublish": at(
        "/v1/listings/{new_listing}/unpublish", body=lambda scene: {"version": 1}
    ),
    "POST /v1/listings/{listing_id}/purchase (draft)": at(
        "/v1/listings/{draft}/purchase", body=lambda scene: SEEN
    ),
    "POST /v1/listings/{listing_id}/purchase (listed)": at(
        "/v1/listings/{new_listing}/purchase", body=lambda scene: SEEN
    ),
    "POST /v1/listings/{listing_id}/purchase (sold)": at(
        "/v1/listings/{sold}/purchase", body=lambda scene: SEEN | {"price": sum_of(30_00)}
    ),
    "POST /v1/baskets": at("/v1/baskets", body=_filled),
    "GET /v1/baskets": reads("/v1/baskets"),
    "GET /v1/baskets/{case_id}": reads("/v1/baskets/{basket}"),
    "GET /v1/baskets/{case_id}/timeline": reads("/v1/baskets/{basket}/timeline"),
}


def _awarded(scene: Scene) -> Any:
    won = {"entry": scene.named["judged"], "hash": scene.named["hash"], "prize": 1}
    return {"entries": [won]}


OPEN, NEW = "/v1/contests/{open}", "/v1/contests/{new_contest}"
JUDGING, UNFUNDED = "/v1/contests/{judging}", "/v1/contests/{unfunded}"
ENTRY = NEW + "/entries/{new_entry}"
CONTESTS: Mapping[str, Asked] = {
    "POST /v1/contests": adds("/v1/contests", body=lambda scene: CONTEST),
    "GET /v1/contests": reads("/v1/contests"),
    "GET /v1/me/contests": reads("/v1/me/contests"),
    "GET /v1/me/entries": reads("/v1/me/entries"),
    **each(
        "GET /v1/contests/{case_id}",
        "/v1/contests/{}",
        open="open",
        judging="judging",
        awarded="decided",
        over="over",
        unfunded="unfunded",
    ),
    "GET /v1/contests/{case_id}/timeline": reads(OPEN + "/timeline"),
    "GET /v1/contests/{case_id}/access-log": reads(OPEN + "/access-log"),
    "POST /v1/contests/{case_id}/fund": at(UNFUNDED + "/fund"),
    "POST /v1/contests/{case_id}/withdraw": at(UNFUNDED + "/withdraw"),
    "POST /v1/contests/{case_id}/add-prize": at(
        NEW + "/add-prize", body=lambda scene: {"amount": sum_of(10_00)}
    ),
    "POST /v1/contests/{case_id}/name-finalist": at(
        NEW + "/name-finalist", body=lambda scene: {"entry": scene.named["new_entry"]}
    ),
    "POST /v1/contests/{case_id}/close-early": at(NEW + "/close-early"),
    "POST /v1/contests/{case_id}/award": at(JUDGING + "/award", body=_awarded),
    "POST /v1/contests/{case_id}/extend": at(JUDGING + "/extend"),
    "POST /v1/contests/{contest_id}/entries": adds(
        NEW + "/entries", body=lambda scene: {"note": "x", "files": [scene.named["new_entry_file"]]}
    ),
    **each(
        "GET /v1/contests/{contest_id}/entries",
        "/v1/contests/{}/entries",
        open="open",
        judging="judging",
        awarded="decided",
        over="over",
        unfunded="unfunded",
    ),
    "POST /v1/contests/{contest_id}/entries/{entry_id}/rating": at(
        ENTRY + "/rating", body=lambda scene: {"rating": 4}
    ),
    "POST /v1/contests/{contest_id}/entries/{entry_id}/rating (taken back)": at(
        OPEN + "/entries/{gone}/rating", body=lambda scene: {"rating": 4}
    ),
    "POST /v1/contests/{contest_id}/entries/{entry_id}/rating (removed)": at(
        OPEN + "/entries/{removed}/rating", body=lambda scene: {"rating": 4}
    ),
    "POST /v1/contests/{contest_id}/entries/{entry_id}/finalist": at(ENTRY + "/finalist"),
    "DELETE /v1/contests/{contest_id}/entries/{entry_id}": at(ENTRY),
    "DELETE /v1/contests/{contest_id}/entries/{entry_id} (removed)": at(
        OPEN + "/entries/{removed}"
    ),
    "POST /v1/staff/contests/{contest_id}/entries/{entry_id}/remove": at(
        "/v1/staff/contests/{new_contest}/entries/{new_entry}/remove",
        body=lambda scene: {"reason": "copied"},
    ),
}


def _profile_of(who: str) -> Asked:
    return Asked(lambda scene: f"/v1/freelancers/{scene.people[who].id}", changes=False)


FREELANCERS: Mapping[str, Asked] = {
    "GET /v1/freelancers": reads("/v1/freelancers"),
    "GET /v1/freelancers/{freelancer_id} (published)": _profile_of("seller"),
    "GET /v1/freelancers/{freelancer_id} (draft)": _profile_of("bidder"),
    "GET /v1/me/profile": reads("/v1/me/profile"),
    "PUT /v1/me/profile": adds("/v1/me/profile", body=lambda scene: PROFILE),
    "POST /v1/me/profile/publish": adds("/v1/me/profile/publish"),
    "POST /v1/me/profile/unpublish": adds("/v1/me/profile/unpublish"),
}

KINDS = {
    "of_a_project": "handed",
    "delivered": "work",
    "entered": "entry_file",
    "taken_back": "gone_file",
    "removed": "removed_file",
    "that_won": "prized_file",
    "that_did_not_win_yet": "beaten_file",
    "that_lost": "lost_entry_file",
    "of_a_draft": "drafted",
    "for_sale": "kept",
    "for_sale_and_shown": "shown",
    "bought": "bought",
    "bought_and_refunded": "returned",
}
"""What a file is to the things it was handed over in."""
JOBS_OF = {
    "offered_and_declined": "undone",
    "awarded_and_over": "done",
    "bought_and_in_review": "job",
    "bought_and_refunded": "refunded",
}
"""What a job has become that these nouns end in."""
JOBS: Mapping[str, Asked] = {
    route: asked
    for what in ("", "/files", "/timeline", "/case-file", "/certificate", "/access-log")
    for route, asked in each(
        f"GET /v1/jobs/{{case_id}}{what}", f"/v1/jobs/{{}}{what}", **JOBS_OF
    ).items()
}
FILES: Mapping[str, Asked] = {
    "POST /v1/files": adds("/v1/files", content=PART),
    **each("GET /v1/files/{file_id}", "/v1/files/{}", **KINDS),
    **each("GET /v1/files/{file_id}/preview", "/v1/files/{}/preview", **KINDS),
    "DELETE /v1/files/{file_id} (for sale)": at("/v1/files/{new_file}"),
    "DELETE /v1/files/{file_id} (unused)": at("/v1/files/{unused}"),
    "POST /v1/files/{file_id}/link (bought)": adds("/v1/files/{bought}/link"),
    "GET /content/{token} (bought)": reads("{link}"),
    "GET /content/{token} (bought and refunded)": reads("{old_link}"),
    "GET /v1/jobs/{job_id}/deliveries/{delivery_id}/zip (bought)": reads(
        "/v1/jobs/{job}/deliveries/{delivery}/zip"
    ),
    "GET /v1/jobs/{job_id}/deliveries/{delivery_id}/zip (bought and refunded)": reads(
        "/v1/jobs/{refunded}/deliveries/{given}/zip"
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
    return lambda scene: {"other": scene.named[whom], "reason": "One account"}


LINKED: Mapping[str, Asked] = {
    "GET /v1/staff/people/{person_id}/links": reads(LINKS),
    "POST /v1/staff/people/{person_id}/links": at(LINKS, body=_with("another")),
    "POST /v1/staff/people/{person_id}/links/clear": at(LINKS + "/clear", body=_with("linked")),
}

PARTS: Mapping[str, Mapping[str, Asked]] = {
    "projects": PROJECTS,
    "contests": CONTESTS,
    "listings": LISTINGS,
    "freelancers": FREELANCERS,
    "links": LINKED,
    "jobs": JOBS,
    "files": FILES,
}
ASKED = {route: (part, asked) for part, routes in PARTS.items() for route, asked in routes.items()}
"""Every route of these nouns, by what it is asked about; one that is missing fails the build."""
NOUNS = frozenset(
    {
        *("projects", "contests", "finding", "listings", "freelancers", "files", "certificates"),
        "linked people",
    }
)
"""The tags of the routes that the matrix covers; reading a job is covered too."""
