"""Every refusal as RFC 9457 problem details; here alone the law's codes get an HTTP status."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from obstore.exceptions import BaseError as StoreError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from structlog import get_logger
from structlog.contextvars import get_contextvars

from domain.errors import DomainError, every_error
from ledger.database import in_short, is_away, is_serialization_conflict
from ledger.sealed_values import KeyMissing

MEDIA_TYPE = "application/problem+json"
KEY_HEADER = ("header", "idempotency-key")
MOST_ERRORS = 50
"""How many wrong fields of one request are named."""
logger = get_logger()

OF_THE_LAW: dict[str, int] = {
    "already_over": 409,
    "approve_first": 403,
    "chargeback_open": 409,
    "condition_missing": 409,
    "confidentiality_missing": 409,
    "debt_open": 409,
    "escrow_short": 409,
    "file_in_use": 409,
    "insufficient_funds": 402,
    "invalid_amount": 422,
    "linked": 409,
    "nda_missing": 403,
    "not_allowed_to_work": 403,
    "not_certified": 409,
    "not_open": 409,
    "not_original": 409,
    "not_refundable": 409,
    "not_yours": 403,
    "payout_method_missing": 409,
    "payout_method_too_new": 409,
    "quota_full": 409,
    "refused": 409,
    "seen_is_stale": 409,
    "tax_form_expired": 409,
    "tax_form_invalid": 422,
    "tax_form_missing": 409,
    "too_many_open_deposits": 409,
    "unknown_reference": 422,
    "work_permission_missing": 403,
}

OF_THE_DOOR: dict[str, tuple[int, str]] = {
    "malformed": (400, "The request cannot be read"),
    "idempotency_key_missing": (400, "Send an Idempotency-Key with this request"),
    "upload_cut_off": (400, "The file did not arrive whole"),
    "not_signed_in": (401, "Sign in first"),
    "credentials_wrong": (401, "Email or password is wrong"),
    "forbidden": (403, "This is not yours to do"),
    "not_found": (404, "There is nothing here"),
    "method_not_allowed": (405, "This address does not take that method"),
    "email_taken": (409, "This email is already registered"),
    "idempotency_key_reused": (409, "This Idempotency-Key was sent with another request"),
    "receipt_known": (409, "A receipt with this reference is already recorded"),
    "statement_contradicts": (409, "A line of this statement was imported before, with other sums"),
    "upload_changed": (409, "What arrived is not what was announced"),
    "upload_incomplete": (409, "Parts of this upload are missing"),
    "upload_over": (409, "This upload has become a file already"),
    "link_expired": (410, "This link is over; ask for a new one"),
    "too_large": (413, "The request is too large"),
    "range_not_satisfiable": (416, "The file is shorter than that"),
    "invalid": (422, "Some fields do not fit"),
    "part_too_small": (422, "Only the last part of a file may be so short"),
    "no_preview": (422, "No preview can be made of this file"),
    "too_many_requests": (429, "Too many attempts, wait a while"),
    "internal": (500, "Something went wrong on our side"),
    "case_too_long": (503, "The case is too long to be made into a file; ask staff for it"),
    "link_key_missing": (503, "No links to files can be made or opened here at the moment"),
    "payer_missing": (503, "Nobody has said from which account payment runs are paid"),
    "payout_keys_missing": (503, "Nobody's bank details can be given or read here at the moment"),
    "previews_missing": (503, "No previews are made here: the system lacks what closes a process"),
    "processor_missing": (503, "Nothing can be paid by card here at the moment"),
    "bank_missing": (503, "No money can be sent to us by hand at the moment"),
    "signing_key_missing": (503, "Documents cannot be signed here at the moment"),
    "tax_keys_missing": (503, "Tax forms can be neither given nor read here at the moment"),
    "unavailable": (503, "Something we depend on is not reachable, try again"),
}

_BY_STATUS = {
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}
_OUTAGES: tuple[type[Exception], ...] = (
    *(OperationalError, InterfaceError, PoolTimeout),
    *(OSError, StoreError),
)


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457); `type` leads to what its code means",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail", "code"],
                    "properties": {
                        **{n: {"type": "string"} for n in ("type", "title", "detail", "code")},
                        "status": {"type": "integer"},
                        "errors": {"type": "array", "items": {"type": "object"}},
                        "facts": {"type": "object"},
                    },
                }
            }
        },
    }
}


class Problem(HTTPException):
    """A refusal at the door, by its code; `members` are shown beside the standard ones."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        status, title = _meaning(code)
        super().__init__(status, detail or title, dict(headers or {}))
        self.code, self.title, self.members = code, title, members


def field(name: str, detail: str, code: str = "invalid") -> Problem:
    """A refusal of one field of the body, named by its JSON pointer (`#/amount`)."""
    return Problem(code, errors=[{"pointer": name, "detail": detail}])


def refusal(code: str, detail: str, facts: Mapping[str, Any]) -> Problem:
    """What the law refused, from the exception or from a recorded outcome."""
    members: dict[str, Any] = {"facts": dict(facts)}
    if "field" in facts:
        members["errors"] = [{"pointer": f"#/{facts['field']}", "detail": detail}]
    return Problem(code, detail, **members)


def invalid_body(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What a model of ours refused in a body that was read already."""
    return _invalid([{**error, "loc": ("body", *error["loc"])} for error in errors])


def catalogue() -> list[tuple[str, int, str]]:
    """Every code with its status and title."""
    codes = [*(error.code for error in every_error()), *OF_THE_DOOR]
    return [(code, *_meaning(code)) for code in codes]


def respond(problem: Problem) -> JSONResponse:
    """The problem as a response."""
    body = {
        "type": f"/problems/{problem.code}",
        "title": problem.title,
        "status": problem.status_code,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": get_contextvars().get("request_id"),
        **problem.members,
    }
    return JSONResponse(
        jsonable_encoder(body), problem.status_code, problem.headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Answer everything that is raised inside the app with a problem."""
    handlers: dict[type[Exception], Any] = {
        DomainError: _on_refusal,
        RequestValidationError: _on_invalid,
        HTTPException: _on_http,
        DBAPIError: _on_outage,
        KeyMissing: _on_missing_key,
        **dict.fromkeys(_OUTAGES, _on_outage),
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _on_refusal(_: Request, error: DomainError) -> JSONResponse:
    return respond(refusal(error.code, error.detail, error.facts))


async def _on_http(_: Request, error: HTTPException) -> JSONResponse:
    if isinstance(error, Problem):
        return respond(error)
    code = _BY_STATUS.get(error.status_code, "malformed")
    return respond(Problem(code, headers=error.headers))


async def _on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    errors = error.errors()
    if any(one["loc"] == KEY_HEADER and one["type"] == "missing" for one in errors):
        return respond(Problem("idempotency_key_missing"))
    return respond(_invalid(errors))


async def _on_outage(_: Request, error: Exception) -> JSONResponse:
    """A lost database or store, or a conflict; any other answer of the database is our bug."""
    lost = isinstance(error, _OUTAGES) or getattr(error, "connection_invalidated", False)
    if not lost and not is_away(error) and not is_serialization_conflict(error):
        raise error
    await logger.awarning("outside_unavailable", error=in_short(error))
    return respond(Problem("unavailable", headers={"Retry-After": "5"}))


async def _on_missing_key(_: Request, error: Exception) -> JSONResponse:
    """A value was sealed with a key that somebody took from this process too early."""
    await logger.aerror("sealing_key_missing", error=str(error))
    return respond(Problem("tax_keys_missing"))


def _invalid(errors: Sequence[Mapping[str, Any]]) -> Problem:
    return Problem("invalid", errors=[_place(error) for error in errors[:MOST_ERRORS]])


def _place(error: Mapping[str, Any]) -> dict[str, str]:
    """Where a field is wrong and why, without repeating what was sent."""
    where, *path = error["loc"]
    if error["type"] == "json_invalid":
        path = []
    if where == "body":
        pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
        return {"pointer": f"#{pointer}", "detail": error["msg"]}
    return {where if where == "header" else "parameter": str(path[0]), "detail": error["msg"]}


def _meaning(code: str) -> tuple[int, str]:
    if code in OF_THE_DOOR:
        return OF_THE_DOOR[code]
    title = next((e.title for e in every_error() if e.code == code), DomainError.title)
    return OF_THE_LAW.get(code, 409), title
