"""What Stripe does not have: faults, time, banks and networks on demand, under `/_control/`."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fakestripe import accounts, balances, disputes, due, faults, payouts, refunds, webhooks
from fakestripe.errors import Body, Refusal
from fakestripe.events import CHAOS
from fakestripe.objects import new_id
from fakestripe.sessions import METHODS
from fakestripe.store import Store, Tx, public

Act = Callable[..., Any]


def routes(store: Store) -> list[Route]:
    """All of them take and give JSON."""
    return [
        _route(store, method, f"/_control/{path}", act)
        for method, path, act in (
            ("GET", "clock", _clock),
            ("POST", "clock", _advance),
            ("GET", "faults", lambda tx, _: faults.all_of(tx)),
            ("POST", "faults", faults.add),
            ("DELETE", "faults", lambda tx, _: tx.set("faults", [])),
            ("GET", "webhooks", lambda tx, _: CHAOS | tx.setting("webhooks", {})),
            ("POST", "webhooks", _chaos),
            ("POST", "methods", _methods),
            ("POST", "webhook_endpoints", _endpoint),
            ("GET", "deliveries", _deliveries),
            ("POST", "disputes", _dispute),
            ("POST", "disputes/{id}", lambda tx, p, id_: disputes.decide(tx, id_, **p)),
            ("POST", "disputes/{id}/reverse", lambda tx, p, id_: disputes.reverse(tx, id_, **p)),
            ("POST", "refunds/{id}/fail", lambda tx, _, id_: refunds.fail(tx, id_)),
            ("POST", "payouts/fail_next", _fail_next),
            ("POST", "payouts/{id}/fail", _fail),
            ("POST", "payouts/{id}/pay", _pay),
            ("POST", "accounts/{id}/onboard", _onboard),
            ("GET", "books", lambda tx, _: balances.check(tx)),
        )
    ]


def _route(store: Store, method: str, path: str, act: Act) -> Route:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            given = json.loads(raw) if raw else {}
            with store.transaction(request={"id": None, "idempotency_key": None}) as tx:
                due.run(tx)
                result = act(tx, given, *request.path_params.values())
        except Refusal as refusal:
            return JSONResponse(refusal.as_json(), refusal.status)
        except (ValueError, KeyError, TypeError) as wrong:
            return JSONResponse({"error": {"message": f"Wrong or missing: {wrong}"}}, 400)
        return JSONResponse(public(result) if isinstance(result, dict) else result)

    return Route(path, answer, methods=[method])


def _clock(tx: Tx, _: Body) -> Body:
    [waiting] = tx.connection.execute("SELECT count(*) FROM due").fetchone()
    return {"now": tx.now, "ahead": tx.setting("offset", 0), "waiting": waiting}


def _advance(tx: Tx, given: Body) -> Body:
    """Seconds ahead, or to a moment; never back."""
    seconds = int(given["to"]) - tx.now if "to" in given else int(given["seconds"])
    if seconds < 0:
        raise Refusal("The clock never goes back.")
    done = due.advance(tx, seconds)
    return _clock(tx, given) | {"done": done}


def _chaos(tx: Tx, given: Body) -> Body:
    if unknown := given.keys() - CHAOS.keys():
        raise Refusal(f"Webhooks go astray by {', '.join(CHAOS)}, not by {', '.join(unknown)}.")
    tx.set("webhooks", given)
    return CHAOS | given


def _methods(tx: Tx, given: Body) -> Body:
    """Which ways to pay the account has activated; all, unless it says so."""
    active = [method for method in METHODS if given.get(method, True)]
    tx.set("methods", active)
    return {"methods": active}


def _endpoint(tx: Tx, given: Body) -> Body:
    """An endpoint with a secret that is known beforehand; the same address is there once."""
    connect = bool(given.get("connect"))
    for one in tx.rows("webhook_endpoint", url=given["url"]):
        if one["_connect"] == connect:
            return tx.save(one, _secret=given["secret"])
    wanted = {"enabled_events": given.get("enabled_events", ["*"]), "connect": connect}
    return webhooks.create(tx, {"url": given["url"], "_secret": given["secret"], **wanted})


def _deliveries(tx: Tx, _: Body) -> list[Body]:
    sql = (
        "SELECT d.seq, d.event, e.body, d.endpoint, d.state, d.attempts, d.answer, d.due "
        "FROM delivery d "
        "JOIN object e ON e.id = d.event ORDER BY d.seq"
    )
    return [
        {
            "seq": seq,
            "event": event,
            "type": json.loads(body)["type"],
            "endpoint": endpoint,
            "state": state,
            "attempts": attempts,
            "answer": answer,
            "due": due_at,
        }
        for seq, event, body, endpoint, state, attempts, answer, due_at in tx.connection.execute(
            sql
        )
    ]


def _dispute(tx: Tx, given: Body) -> Body:
    days = int(given.get("days", disputes.DAYS_TO_ANSWER))
    reason, currency = given.get("reason", "fraudulent"), given.get("currency")
    return disputes.open_on(tx, given["charge"], reason, days, currency)


def _fail_next(tx: Tx, given: Body) -> Body:
    """The next payout of an account (or of any) fails, before it is paid or after."""
    fate = {
        "id": new_id("fate_", 8),
        "account": given.get("account", "*"),
        "when": given.get("when", "before_paid"),
        "code": given.get("code", "account_closed"),
    }
    if fate["when"] not in ("before_paid", "after_paid"):
        raise Refusal("when is before_paid or after_paid", param="when")
    tx.set("fates", [*tx.setting("fates", []), fate])
    return fate


def _fail(tx: Tx, given: Body, id_: str) -> Body:
    there = tx.within(given.get("account", ""))
    return payouts.fail(there, id_, given.get("code", "account_closed"))


def _pay(tx: Tx, given: Body, id_: str) -> Body:
    """The bank has a payout now, without waiting for the clock."""
    there = tx.within(given.get("account", ""))
    there.get("payout", id_, "payout")
    payouts.leaves(there, id_)
    payouts.arrives(there, id_)
    return there.get("payout", id_)


def _onboard(tx: Tx, given: Body, id_: str) -> Body:
    return accounts.onboard(tx, id_, given.get("account_number", "000123456789"))
