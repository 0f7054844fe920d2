"""Nonsense is refused in Stripe's shape, whatever it is and wherever it is sent."""

import pytest

from fakestripe.endpoints import ENDPOINTS, Endpoint
from tests.fakestripe.stand import Stand

KEY = {
    "Authorization": "Bearer sk_test_standin",
    "Content-Type": "application/x-www-form-urlencoded",
}
NONSENSE = [
    "a[b",
    "[a]=1",
    "a[][]=1&a[]=2",
    "amount[0]=1&amount=2",
    "amount=1&amount=2",
    "amount=99999999999999999999&currency=usd&destination=x",
    "amount=-5&currency=usd&destination=x",
    "currency[0]=usd&amount=5",
    "metadata[a][b]=c",
    "metadata=x",
    "expand=charge",
    "expand[0][a]=b",
    "line_items[0]=x&success_url=http://x.example",
    "line_items[1][quantity]=1",
    "evidence=x",
    "external_account[object]=card",
    "limit=-1",
    "limit=ten",
    "created[gte]=x",
    "starting_after=nothing",
    "a" + "[b]" * 50 + "=1",
    "%ff=%fe",
    "%00=%00&amount=%00",
    "{}",
]


@pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}"
)
def test_nonsense_breaks_nothing(stand: Stand, endpoint: Endpoint) -> None:
    """Each answer is an error that Stripe could have given, none is a crash."""
    path = endpoint.path.replace("{id}", "nothing")
    for text in NONSENSE:
        query = f"?{text}" if endpoint.method == "GET" else ""
        answer = stand.http.request(endpoint.method, path + query, headers=KEY, content=text)
        assert 400 <= answer.status_code < 500, (text, answer.text)
        assert answer.json()["error"]["message"]
        assert answer.headers["request-id"]


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"metadata[\xff]=1"])
def test_bytes_that_are_no_text_are_refused(stand: Stand, raw: bytes) -> None:
    """Also when they are no UTF-8."""
    answer = stand.http.post("/v1/transfers", content=raw, headers=KEY)
    assert answer.status_code == 400
    upload = KEY | {"Content-Type": "multipart/form-data; boundary=x"}
    assert stand.http.post("/v1/files", content=raw, headers=upload).status_code == 400


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("clock", {"seconds": -5}),
        ("clock", {}),
        ("faults", {"kind": "earthquake"}),
        ("webhooks", {"lose": 1}),
        ("disputes", {"charge": "ch_x"}),
        ("payouts/po_x/fail", {}),
        ("payouts/fail_next", {"when": "never"}),
    ],
)
def test_the_control_api_says_what_is_wrong(
    stand: Stand, path: str, given: dict[str, object]
) -> None:
    """With a message, and nothing done."""
    answer = stand.http.post(f"/_control/{path}", json=given)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff", b"a[b=1", b"method=card&method=card", b"method=card&email[a]=b"]
)
def test_a_form_our_page_cannot_have_sent_pays_nothing(stand: Stand, raw: bytes) -> None:
    """The page is shown again; a page that never was is not there."""
    session = stand.session()
    assert session.url
    assert stand.http.post(session.url, content=raw).status_code == 402
    assert stand.http.post(f"{session.url}/authorise", content=raw).status_code == 402
    assert stand.http.get("/c/pay/cs_test_nothing").status_code == 404
    assert stand.http.post("/setup/acct_nothing", content=raw).status_code == 404
    assert stand.stripe.v1.checkout.sessions.retrieve(session.id).payment_intent is None
