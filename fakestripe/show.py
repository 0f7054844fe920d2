"""Objects as Stripe answers them: pages of lists, newest first, and ids expanded on demand."""

from collections.abc import Sequence
from typing import Any

from fakestripe.errors import Body, Refusal
from fakestripe.store import FIELD, Tx, public

DEEPEST = 4
LARGEST_PAGE = 100
COMPARED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
SEVERAL = {"checkout.session": ("line_items",), "charge": ("refunds",)}
"""Lists inside of objects that are answered only when asked for."""


def shown(tx: Tx, body: Body) -> Body:
    """One object, without our own notes."""
    answer = public(body)
    if body["object"] == "dispute":
        lines = (tx.find(id_) for id_ in body["balance_transactions"])
        answer["balance_transactions"] = [public(line) for line in lines if line]
    for name in SEVERAL.get(body["object"], ()):
        answer.pop(name, None)
    return answer


def page(tx: Tx, kind: str, params: Body, url: str, **equal: Any) -> Body:
    """One page of the account's objects whose fields have the wanted values."""
    limit = _limit(params)
    tests, values = _conditions(params.get("created"), equal)
    cursor, order, values = _cursor(tx, kind, params, values)
    sql = (
        f"SELECT id FROM object WHERE kind = ? AND account = ?{tests}{cursor} "
        f"ORDER BY seq {order} LIMIT ?"
    )
    found = tx.connection.execute(sql, (kind, tx.account, *values, limit + 1)).fetchall()
    ids = [row[0] for row in found[:limit]]
    if order == "ASC":
        ids.reverse()
    data = [shown(tx, tx.get(kind, id_)) for id_ in ids]
    return listed(data, url, has_more=len(found) > limit)


def listed(data: list[Body], url: str, *, has_more: bool = False) -> Body:
    """A list as Stripe writes it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def expand(tx: Tx, answer: Body, paths: Sequence[str]) -> Body:
    """The same answer with objects where `paths` point at ids."""
    for path in paths:
        names = path.split(".")
        if len(names) > DEEPEST:
            raise Refusal(
                f"You cannot expand more than {DEEPEST} levels of a property.", param="expand"
            )
        _expand(tx, answer, names, path)
    return answer


def _limit(params: Body) -> int:
    limit = int(params.get("limit", 10))
    if not 1 <= limit <= LARGEST_PAGE:
        side = (
            f"less than or equal to {LARGEST_PAGE}" if limit > 1 else "greater than or equal to 1"
        )
        message = f"This value must be {side} (it currently is '{limit}')."
        raise Refusal(message, code="parameter_invalid_integer", param="limit")
    return limit


def _conditions(created: Any, equal: Body) -> tuple[str, list[Any]]:
    tests, values = [], []
    for field, value in equal.items():
        if value is not None:
            several = value if isinstance(value, list) else [value]
            marks = ", ".join("?" * len(several))
            tests.append(f" AND {FIELD.format(field)} IN ({marks})")
            values += several
    wanted = {"": created} if isinstance(created, int) else created or {}
    for name, moment in wanted.items():
        tests.append(f" AND created {COMPARED.get(name, '=')} ?")
        values.append(moment)
    return "".join(tests), values


def _cursor(tx: Tx, kind: str, params: Body, values: list[Any]) -> tuple[str, str, list[Any]]:
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        message = "You may specify only one of these parameters: starting_after, ending_before."
        raise Refusal(message)
    if not after and not before:
        return "", "DESC", values
    param = "starting_after" if after else "ending_before"
    found = tx.get(kind, after or before or "", param, status=400)
    sign, order = ("<", "DESC") if after else (">", "ASC")
    return (
        f" AND seq {sign} (SELECT seq FROM object WHERE id = ?)",
        order,
        [*values, found["id"]],
    )


def _expand(tx: Tx, place: Body, names: list[str], path: str) -> None:
    name, *rest = names
    if name in SEVERAL.get(place.get("object", ""), ()):
        place[name] = _several(tx, place, name)
    if name not in place:
        message = f"This property cannot be expanded ({path})."
        raise Refusal(message, param="expand")
    value = place[name]
    if isinstance(value, str):
        found = tx.find(value)
        if found is None:
            raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
        value = place[name] = shown(tx, found)
    for inner in value if isinstance(value, list) else [value]:
        if rest and isinstance(inner, dict):
            _expand(tx, inner, rest, path)


def _several(tx: Tx, place: Body, name: str) -> Body:
    if name == "line_items":
        whole = tx.get("checkout.session", place["id"])
        return listed(whole["line_items"], f"/v1/checkout/sessions/{place['id']}/line_items")
    found = tx.rows("refund", charge=place["id"])
    return listed(
        [shown(tx, refund) for refund in reversed(found)], f"/v1/charges/{place['id']}/refunds"
    )
