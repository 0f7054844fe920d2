"""A request passes only if the SDK's own types of parameters let it."""

import re
from collections.abc import Mapping
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from stripe import RequestOptions, StripeContext
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import TypedDict, is_typeddict

from fakestripe.errors import Body, Refusal, missing, unknown
from fakestripe.wire import param_name

INTEGER = re.compile(r"-?\d{1,18}")
NAMES: Any = {"StripeContext": StripeContext, "Mapping": Mapping}
MADE: Any = TypedDict
OPTIONS = frozenset(RequestOptions.__annotations__)
"""What the SDK keeps for itself and never sends."""


def checked(source: Any, given: Body) -> Body:
    """The parameters with their types, or Stripe's refusal of the first that is wrong."""
    try:
        return cast(Body, _adapter(source).validate_python(given))
    except ValidationError as wrong:
        raise _refusal(_worst(wrong.errors(include_url=False), given), given) from None


@cache
def _adapter(source: Any) -> TypeAdapter[Any]:
    return TypeAdapter(_record(source))


@cache
def _record(source: Any) -> Any:
    """The same TypedDict, closed: no unknown keys, only the listed values of enumerations."""
    hints = get_type_hints(source, localns=NAMES, include_extras=True)
    fields = {
        name: Required[_closed(hint)]
        if name in source.__required_keys__
        else NotRequired[_closed(hint)]
        for name, hint in hints.items()
        if name not in OPTIONS
    }
    closed = MADE(source.__name__, fields)
    closed.__pydantic_config__ = ConfigDict(extra="forbid")
    return closed


def _closed(hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (NotRequired, Required):
        return _closed(arguments[0])
    if origin in (Union, UnionType):
        return reduce(or_, map(_closed, _alternatives(arguments)))
    if origin is list:
        return list[_closed(arguments[0])]  # type: ignore[misc]  # made from values
    if is_typeddict(hint):
        return _record(hint)
    return LEAVES.get(hint, hint)


def _alternatives(arguments: tuple[Any, ...]) -> list[Any]:
    """Without the SDK's own objects, and without the `str` that leaves an enumeration open."""
    listed = any(get_origin(a) is Literal and get_args(a) != ("",) for a in arguments)
    return [
        a
        for a in arguments
        if get_origin(a) is not UntypedStripeObject and not (a is str and listed)
    ]


def _integer(given: Any) -> Any:
    if isinstance(given, str) and not INTEGER.fullmatch(given):
        raise PydanticCustomError("int_parsing", "Invalid integer")
    return given


def _boolean(given: Any) -> Any:
    if given not in ("true", "false"):
        raise PydanticCustomError("bool_parsing", "Invalid boolean")
    return given == "true"


def _text(given: Any) -> Any:
    if given == "":
        raise PydanticCustomError("empty", "Empty")
    return given


LEAVES: dict[Any, Any] = {
    int: Annotated[int, BeforeValidator(_integer)],
    bool: Annotated[bool, BeforeValidator(_boolean)],
    str: Annotated[str, BeforeValidator(_text)],
}


def _worst(errors: list[ErrorDetails], given: Body) -> ErrorDetails:
    """Of the alternatives of a union the one that got furthest says what is wrong."""
    first = _place(errors[0]["loc"], given)[:1]
    same = [error for error in errors if _place(error["loc"], given)[:1] == first]
    return max(same, key=lambda error: len(_place(error["loc"], given)))


def _place(path: tuple[str | int, ...], given: Any) -> tuple[str | int, ...]:
    """The path within what was given, without the names of a union's alternatives."""
    place: list[str | int] = []
    for number, part in enumerate(path):
        last = number == len(path) - 1
        if isinstance(given, dict) and (part in given or last):
            place.append(part)
            given = given.get(str(part))
        elif isinstance(given, list) and isinstance(part, int):
            place.append(part)
            given = given[part] if part < len(given) else None
    return tuple(place)


def _refusal(error: ErrorDetails, given: Body) -> Refusal:
    param, value = param_name(_place(error["loc"], given)), error["input"]
    match error["type"]:
        case "missing":
            return missing(param)
        case "extra_forbidden":
            return unknown(param)
        case "int_parsing" | "int_type":
            return Refusal(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=param
            )
        case "bool_parsing":
            return Refusal(f"Invalid boolean: {value}", param=param)
        case "literal_error":
            wanted = str(error.get("ctx", {}).get("expected", "")).replace("'", "")
            return Refusal(f"Invalid {param}: must be one of {wanted}", param=param)
        case "empty":
            return Refusal(
                f"You passed an empty string for '{param}'. We assume empty values are an attempt "
                f"to unset a parameter; however '{param}' cannot be unset. You should remove "
                f"'{param}' from your request or supply a non-empty value.",
                code="parameter_invalid_empty",
                param=param,
            )
        case "list_type":
            return Refusal("Invalid array", param=param)
        case "dict_type":
            return Refusal("Invalid object", param=param)
        case _:
            return Refusal(f"Invalid value for {param}: {error['msg']}", param=param)
