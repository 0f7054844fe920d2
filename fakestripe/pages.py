"""The pages of the stand-in that people see: paying, authorising, giving a bank account."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from fakestripe import accounts, due, html
from fakestripe.cards import Means, means
from fakestripe.errors import Body, Refusal
from fakestripe.paying import pay
from fakestripe.store import Store, Tx
from fakestripe.wire import read_form


def routes(store: Store) -> list[Route]:
    """Each page and what its form does."""
    pages = Pages(store)
    return [
        Route("/c/pay/{id}", pages.show, methods=["GET"]),
        Route("/c/pay/{id}", pages.submit, methods=["POST"]),
        Route("/c/pay/{id}/authorise", pages.authorise, methods=["POST"]),
        Route("/setup/{id}", pages.setup, methods=["GET"]),
        Route("/setup/{id}", pages.set_up, methods=["POST"]),
    ]


class Pages:
    """Each answer is one transaction, so that nobody pays twice."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def show(self, request: Request) -> Response:
        """The page on which a session is paid."""
        with self._store.transaction() as tx:
            return _open(tx, request) or _form(_session(tx, request), {}, {})

    async def submit(self, request: Request) -> Response:
        """Pay by card, or go on to where PayPal and Alipay are authorised."""
        form = await _read(request)
        with self._store.transaction(request={"id": None, "idempotency_key": None}) as tx:
            if over := _open(tx, request):
                return over
            session = _session(tx, request)
            if form.get("method") not in session["payment_method_types"]:
                return _form(session, form, {"method": "Choose how to pay."})
            how, wrong = means(form, tx.now)
            if how is None:
                return _form(session, form, wrong)
            if how.method != "card":
                return HTMLResponse(html.authorising(session, how))
            if declined := pay(tx, session, how):
                return _form(session, form, {"card": declined["message"]})
            return _on(session)

    async def authorise(self, request: Request) -> Response:
        """What somebody chose at PayPal or Alipay."""
        form = await _read(request)
        with self._store.transaction(request={"id": None, "idempotency_key": None}) as tx:
            if over := _open(tx, request):
                return over
            session = _session(tx, request)
            method = form.get("method", "")
            if method not in session["payment_method_types"] or method == "card":
                return _form(session, form, {"method": "Choose how to pay."})
            if form.get("choice") != "authorise":
                word = f"You did not authorise the payment at {html.NAMES[method]}."
                return _form(session, form, {"method": word})
            pay(tx, session, Means(method, form.get("email", ""), form.get("name", "")))
            return _on(session)

    async def setup(self, request: Request) -> Response:
        """The page on which somebody who will be paid names a bank."""
        with self._store.transaction() as tx:
            account = tx.find(request.path_params["id"])
            known = account is not None and "_return_url" in account
            return HTMLResponse(html.setup() if known else html.nowhere(), 200 if known else 404)

    async def set_up(self, request: Request) -> Response:
        """Keep that bank."""
        form = await _read(request)
        with self._store.transaction(request={"id": None, "idempotency_key": None}) as tx:
            try:
                account = tx.get("account", request.path_params["id"])
                accounts.onboard(tx, account["id"], form.get("number", ""))
            except Refusal:
                return HTMLResponse(html.nowhere(), 404)
            return RedirectResponse(account["_return_url"], 303)


async def _read(request: Request) -> Body:
    """What was typed; a form that our page cannot have sent is an empty one."""
    try:
        form = read_form((await request.body()).decode(errors="replace"))
    except Refusal:
        return {}
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _session(tx: Tx, request: Request) -> Body:
    return tx.get("checkout.session", request.path_params["id"])


def _open(tx: Tx, request: Request) -> Response | None:
    """None if the session can be paid, else the page that says why not."""
    due.run(tx)
    session = tx.find(request.path_params["id"])
    if session is None or session["object"] != "checkout.session":
        return HTMLResponse(html.nowhere(), 404)
    if session["status"] == "open":
        return None
    paid = session["status"] == "complete"
    return HTMLResponse(html.paid(session, _target(session)) if paid else html.expired(session))


def _form(session: Body, form: Body, wrong: dict[str, str]) -> Response:
    return HTMLResponse(html.checkout(session, form, wrong), 402 if wrong else 200)


def _on(session: Body) -> Response:
    return RedirectResponse(_target(session), 303)


def _target(session: Body) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])
