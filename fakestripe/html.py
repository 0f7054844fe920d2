"""The HTML of the stand-in's pages, readable on a phone and without anything from elsewhere."""

from html import escape
from pathlib import Path

from fakestripe.cards import Means
from fakestripe.checks import money
from fakestripe.errors import Body

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
NAMES = {"card": "Card", "paypal": "PayPal", "alipay": "Alipay"}
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "cny": "CN¥", "jpy": "¥"}
TEST_CARDS = (
    ("4242 4242 4242 4242", "pays"),
    ("4000 0000 0000 0077", "pays, available at once"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0000 0000 0259", "pays and is disputed later"),
    ("4000 0000 0000 5126", "pays, its refunds fail later"),
)


def checkout(session: Body, form: Body, wrong: dict[str, str]) -> str:
    """The form, with what is wrong with the last try."""
    alert = wrong.get("card") or wrong.get("method") or ""
    chosen = form.get("method") or session["payment_method_types"][0]
    methods = "".join(
        _method(method, method == chosen, form, wrong) for method in session["payment_method_types"]
    )
    email = form.get("email") or session["customer_email"] or ""
    return _page(
        "Pay",
        f"""<div class="both">{_summary(session)}
<form class="card" method="post" action="/c/pay/{session["id"]}" novalidate>
{f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""}
{_field("email", "E-mail", email, wrong, kind="email", hint='autocomplete="email"')}
<fieldset><legend>How to pay</legend><div class="methods">{methods}</div></fieldset>
<button type="submit">Pay {_sum(session)}</button>
{_cards() if "card" in session["payment_method_types"] else ""}
</form></div>""",
    )


def authorising(session: Body, how: Means) -> str:
    """Where PayPal or Alipay would ask whether it is really meant."""
    name = NAMES[how.method]
    kept = "".join(
        f'<input type="hidden" name="{field}" value="{escape(value)}">'
        for field, value in (("method", how.method), ("email", how.email), ("name", how.name))
    )
    return _page(
        f"Authorise at {name}",
        f"""<form class="card alone" method="post" action="/c/pay/{session["id"]}/authorise">
<h1>{name}: authorise {_sum(session)}?</h1>
<p>This page stands where {name} would ask {escape(how.email)}.</p>{kept}
<button type="submit" name="choice" value="authorise">Authorise payment</button>
<button class="second" type="submit" name="choice" value="cancel">Cancel</button></form>""",
    )


def paid(session: Body, target: str) -> str:
    """Nobody pays twice."""
    words = f'<p>{_sum(session)} have been paid.</p><p><a href="{escape(target)}">Continue</a></p>'
    return _alone("This is paid", words, "✓", "good")


def expired(session: Body) -> str:
    """It is too late."""
    back = session["cancel_url"] or ""
    link = f'<p><a href="{escape(back)}">Back to where you came from</a></p>' if back else ""
    words = f"<p>This checkout session has expired. Nothing was charged.</p>{link}"
    return _alone("Too late to pay", words, "!", "bad")


def nowhere() -> str:
    """No such page."""
    return _alone("Nothing here", "<p>This page does not exist, or no longer.</p>", "?", "bad")


def setup() -> str:
    """The form of a connected account."""
    field = _field("number", "Account number", "000123456789", {}, hint='inputmode="numeric"')
    return _page(
        "Where to pay you",
        f"""<form class="card alone" method="post"><h1>Where to pay you</h1>
<p>A test account number; 000111111113 is one that has been closed.</p>{field}
<button type="submit">Agree to the terms and finish</button></form>""",
    )


def _summary(session: Body) -> str:
    code = session["currency"]
    items = "".join(_item(item, code) for item in session["line_items"])
    back = session["cancel_url"]
    link = f'<a class="back" href="{escape(back)}">← Back</a>' if back else ""
    return f"""<section class="what">{link}<h1>You pay</h1>
<p class="total">{_sum(session)} <small>{code.upper()}</small></p>
<ul class="items">{items}</ul></section>"""


def _item(item: Body, code: str) -> str:
    several = f"<small>{item['quantity']} at {_amount(item['price']['unit_amount'], code)}</small>"
    return (
        f"<li><span>{escape(item['description'])}{several if item['quantity'] > 1 else ''}</span>"
        f"<b>{_amount(item['amount_total'], code)}</b></li>"
    )


def _method(method: str, chosen: bool, form: Body, wrong: dict[str, str]) -> str:
    if method == "card":
        fields = _card_fields(form, wrong)
    else:
        fields = f"<p>You will be asked to authorise the payment at {NAMES[method]}.</p>"
    return f"""<div class="method"><label><input type="radio" name="method" value="{method}"
{"checked" if chosen else ""}> {NAMES[method]}</label><div class="fields">{fields}</div></div>"""


def _card_fields(form: Body, wrong: dict[str, str]) -> str:
    digits = 'inputmode="numeric" autocomplete='
    number = _field(
        "number", "Card number", form.get("number", ""), wrong, "4242 4242 4242 4242",
        hint=f'{digits}"cc-number"',
    )  # fmt: skip
    expiry = _field(
        "expiry", "Expires", form.get("expiry", ""), wrong, "MM / YY", hint=f'{digits}"cc-exp"'
    )
    cvc = _field("cvc", "CVC", form.get("cvc", ""), wrong, "123", hint=f'{digits}"cc-csc"')
    name = _field(
        "name", "Name on card", form.get("name", ""), wrong, hint='autocomplete="cc-name"'
    )
    return f'{number}<div class="pair">{expiry}{cvc}</div>{name}'


def _field(
    name: str,
    label: str,
    value: str,
    wrong: dict[str, str],
    example: str = "",
    *,
    kind: str = "text",
    hint: str = "",
) -> str:
    error = wrong.get(name, "")
    described = f'aria-invalid="true" aria-describedby="{name}-error"' if error else ""
    words = f'<span class="error" id="{name}-error" role="alert">{escape(error)}</span>'
    return f"""<div><label for="{name}">{label}</label><input type="{kind}" id="{name}"
name="{name}" value="{escape(value)}" placeholder="{example}" {hint} {described}>
{words if error else ""}</div>"""


def _cards() -> str:
    rows = "".join(
        f"<tr><td><code>{number}</code></td><td>{does}</td></tr>" for number, does in TEST_CARDS
    )
    return f"""<details><summary>Test cards</summary><table>{rows}</table>
<p>Any date to come, any three digits.</p></details>"""


def _alone(title: str, words: str, sign: str, kind: str) -> str:
    mark = f'<div class="sign {kind}" aria-hidden="true">{sign}</div>'
    return _page(title, f'<section class="card alone">{mark}<h1>{title}</h1>{words}</section>')


def _sum(session: Body) -> str:
    return _amount(session["amount_total"], session["currency"])


def _amount(amount: int, code: str) -> str:
    return f"{SIGNS.get(code, code.upper() + ' ')}{money(amount, code)}"


def _page(title: str, body: str) -> str:
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><style>{STYLE}</style></head><body>
<p class="test">Test mode: no money moves.</p>
<main>{body}</main></body></html>"""
