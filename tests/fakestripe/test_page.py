"""The page on which one pays, in a browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.fakestripe.stand import Stand

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE, DESKTOP = (390, 844), (1280, 900)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no browser on this machine")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A phone's window that asks nobody but the stand-in."""
    context = await browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    opened = await context.new_page()
    yield opened
    await context.close()


async def _fill(page: Page, number: str) -> None:
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Card number").fill(number)
    await page.get_by_label("Expires").fill("12 / 34")
    await page.get_by_label("CVC").fill("123")
    await page.get_by_role("button", name="Pay").click()


async def test_somebody_pays_by_card_on_a_phone(stand: Stand, page: Page) -> None:
    """A declined card says so beside the form; the next pays and leads on; back is too late."""
    session = stand.session(12_050, success_url=f"{stand.url}/done?s={{CHECKOUT_SESSION_ID}}")
    assert session.url
    await page.goto(session.url)
    await _fill(page, "4000 0000 0000 0002")
    await expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    await _fill(page, "4242 4242 4242 4242")
    await page.wait_for_url(f"**/done?s={session.id}")
    paid = stand.stripe.v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"
    await page.goto(session.url)
    await expect(page.get_by_role("heading", name="This is paid")).to_be_visible()


async def test_somebody_pays_by_paypal(stand: Stand, page: Page) -> None:
    """Choosing, authorising, back at the shop."""
    session = stand.session(success_url=f"{stand.url}/done")
    assert session.url
    await page.goto(session.url)
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("PayPal").check()
    await expect(page.get_by_label("Card number")).to_be_hidden()
    await page.get_by_role("button", name="Pay").click()
    await page.get_by_role("button", name="Authorise").click()
    await page.wait_for_url("**/done")
    assert stand.stripe.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_page_fits_and_asks_nobody_else(
    stand: Stand, browser: Browser, size: tuple[int, int], tmp_path: Path
) -> None:
    """No scrolling sideways, no request to another address."""
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height})
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    session = stand.session(cancel_url="http://shop.example/cart")
    assert session.url
    await page.goto(session.url)
    await page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith((stand.url, "data:")) for url in asked)
    await context.close()
