"""Refusals in Stripe's own words and shape."""

from typing import Any

Body = dict[str, Any]
DOCS = "https://docs.stripe.com/error-codes/"


class Refusal(Exception):
    """What Stripe would answer instead of doing it."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.status = status
        self.kind = kind

    def as_json(self) -> Body:
        """The body of the answer."""
        error: Body = {"message": self.message, "type": self.kind}
        if self.code:
            error |= {"code": self.code, "doc_url": DOCS + self.code.replace("_", "-")}
        if self.param:
            error["param"] = self.param
        return {"error": error}


def missing(param: str) -> Refusal:
    """A required parameter is not there."""
    return Refusal(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refusal:
    """Stripe's types have no such parameter."""
    return Refusal(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def not_modelled(what: str, param: str | None = None) -> Refusal:
    """Stripe would do it, the stand-in cannot, and never pretends to."""
    return Refusal(f"This stand-in for Stripe has no model of {what}.", param=param)


def no_such(noun: str, id_: str, param: str = "id", status: int = 404) -> Refusal:
    """No object of that kind has that id in this account."""
    return Refusal(f"No such {noun}: '{id_}'", code="resource_missing", param=param, status=status)


def bad_key(given: str | None) -> Refusal:
    """The request names no key, or not ours."""
    if not given:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    else:
        message = f"Invalid API Key provided: {given[:8]}{'*' * 12}{given[-4:]}"
    return Refusal(message, status=401)


def too_many() -> Refusal:
    """The answer 429."""
    return Refusal(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://docs.stripe.com/rate-limits.",
        code="rate_limit",
        status=429,
    )


def broken() -> Refusal:
    """The answer 500."""
    return Refusal(
        "An unknown error occurred. Nobody knows whether your request took effect.",
        kind="api_error",
        status=500,
    )
