"""Connected accounts: people who are paid, and the banks their money goes to."""

import stripe

from fakestripe import banks, checks
from fakestripe.errors import Body, not_modelled
from fakestripe.events import emit
from fakestripe.objects import make, part
from fakestripe.show import listed, page
from fakestripe.store import Tx

FIELDS = [
    "business_profile",
    "business_type",
    "country",
    "default_currency",
    "email",
    "individual",
    "company",
]
CURRENCIES = {"US": "usd", "GB": "gbp", "CA": "cad", "AU": "aud", "CH": "chf", "JP": "jpy"}
Settings = stripe.Account.Settings
Source = stripe.Account


def create(tx: Tx, params: Body) -> Body:
    """An account that can be paid once its bank and its consent to the terms are there."""
    country = params.get("country", "US")
    account = make(
        tx,
        "account",
        capabilities={},
        charges_enabled=False,
        controller=_controller(params),
        country=country,
        default_currency=CURRENCIES.get(country, "eur"),
        details_submitted=False,
        external_accounts=listed([], ""),
        future_requirements=part(Source.FutureRequirements),
        metadata={},
        payouts_enabled=False,
        settings=_settings(),
        tos_acceptance={"date": None, "ip": None, "user_agent": None},
        type=params.get("type", "none"),
        _numbers={},
        _requested=[],
    )
    account["external_accounts"]["url"] = f"/v1/accounts/{account['id']}/external_accounts"
    for name in ("individual", "company"):
        account.pop(name)
    tx.insert(account)
    _apply(tx, account, params)
    return account


def retrieve(tx: Tx, _: Body, id_: str) -> Body:
    """One account of the platform, or the one that asks."""
    if tx.account == id_:
        return tx.within("").get("account", id_, "account")
    return tx.get("account", id_, "account")


def update(tx: Tx, params: Body, id_: str) -> Body:
    """Change what an account says of itself."""
    account = retrieve(tx, params, id_)
    _apply(tx.within(""), account, params)
    emit(tx.within(id_), "account.updated", account)
    return account


def listing(tx: Tx, params: Body) -> Body:
    """Accounts, newest first."""
    return page(tx, "account", params, "/v1/accounts")


def link(tx: Tx, params: Body) -> Body:
    """A page on which the account's owner gives what is due."""
    account = tx.get("account", params["account"], "account")
    for name in ("return_url", "refresh_url"):
        checks.url(params.get(name, ""), name)
    url = f"{tx.setting('base_url')}/setup/{account['id']}"
    tx.save(account, _return_url=params["return_url"])
    return make(tx, "account_link", expires_at=tx.now + 300, url=url)


def onboard(tx: Tx, id_: str, number: str) -> Body:
    """What the owner does on that page: name a bank and accept the terms."""
    bank = {
        "object": "bank_account",
        "account_number": number,
        "country": "US",
        "routing_number": "110000000",
    }
    consent = {"date": tx.now, "ip": "127.0.0.1"}
    given = {"external_account": bank, "tos_acceptance": consent}
    return update(tx, given | {"capabilities": {"transfers": {"requested": True}}}, id_)


def _apply(tx: Tx, account: Body, params: Body) -> None:
    for name in FIELDS:
        if name in params and name not in ("individual", "company"):
            account[name] = params[name]
    if "business_profile" in params:
        profile = part(Source.BusinessProfile, **params["business_profile"])
        account["business_profile"] = profile
    account["metadata"] = checks.metadata(params.get("metadata"), before=account["metadata"])
    account["tos_acceptance"] |= params.get("tos_acceptance", {})
    account["_requested"] += [
        name for name, wish in params.get("capabilities", {}).items() if wish.get("requested")
    ]
    _payout_settings(account, params.get("settings", {}))
    if "external_account" in params:
        banks.attach(tx, account, params["external_account"])
    _requirements(account)
    tx.save(account)


def _requirements(account: Body) -> None:
    due = [] if account["external_accounts"]["data"] else ["external_account"]
    due += [f"tos_acceptance.{n}" for n in ("date", "ip") if not account["tos_acceptance"].get(n)]
    account["requirements"] = part(
        Source.Requirements,
        alternatives=[],
        currently_due=due,
        disabled_reason="requirements.past_due" if due else None,
        errors=[],
        eventually_due=due,
        past_due=due,
        pending_verification=[],
    )
    state = "inactive" if due else "active"
    account["capabilities"] = dict.fromkeys(account["_requested"], state)
    account["details_submitted"] = account["payouts_enabled"] = not due
    account["charges_enabled"] = account["capabilities"].get("card_payments") == "active"


def _payout_settings(account: Body, given: Body) -> None:
    for name in given:
        if name != "payouts":
            raise not_modelled(f"settings[{name}]", f"settings[{name}]")
    payouts = given.get("payouts", {})
    schedule = payouts.get("schedule", {})
    if schedule.get("interval", "manual") != "manual":
        raise not_modelled("automatic payouts", "settings[payouts][schedule][interval]")
    kept = account["settings"]["payouts"]
    kept["statement_descriptor"] = payouts.get("statement_descriptor", kept["statement_descriptor"])


def _settings() -> Body:
    schedule = part(Settings.Payouts.Schedule, delay_days=2, interval="manual")
    return part(
        Settings,
        branding=part(Settings.Branding),
        card_payments=part(Settings.CardPayments),
        dashboard=part(Settings.Dashboard, timezone="Etc/UTC"),
        payments=part(Settings.Payments),
        payouts=part(Settings.Payouts, debit_negative_balances=False, schedule=schedule),
    )


def _controller(params: Body) -> Body:
    given = params.get("controller", {})
    express = params.get("type") == "express"
    kept: Body = {
        "fees": {"payer": "application"},
        "is_controller": True,
        "losses": {"payments": "application"},
        "requirement_collection": "stripe" if express else "application",
        "stripe_dashboard": {"type": "express" if express else "none"},
        "type": "application",
    }
    kept.update(given)
    return kept


def platform(tx: Tx) -> None:
    """The platform's own account and bank, made once."""
    if not tx.setting("platform"):
        consent = {"date": tx.now, "ip": "127.0.0.1"}
        given = {"external_account": "btok_us", "tos_acceptance": consent}
        tx.set("platform", create(tx.within("platform"), given)["id"])


def own(tx: Tx, _: Body) -> Body:
    """The account that asks."""
    return _own(tx)


def bank_of(tx: Tx, currency: str) -> tuple[Body, str] | None:
    """The bank account that this account's payouts in a currency go to, and its number."""
    account = _own(tx)
    for bank in account["external_accounts"]["data"]:
        if bank["currency"] == currency:
            return bank, account["_numbers"][bank["id"]]
    return None


def _own(tx: Tx) -> Body:
    id_, scope = (tx.account, "") if tx.account else (tx.setting("platform"), "platform")
    return tx.within(scope).get("account", str(id_))
