"""Paying on the processor's page: in Debian's Chromium where it is, else by the page's own form."""

import shutil

import httpx
from playwright.async_api import async_playwright

from domain.money import show

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
EMAIL, CARD, EXPIRES, CVC = "clara@client.example", "4242 4242 4242 4242", "12 / 34", "123"
TIMEOUT_S = 30


def browser() -> str | None:
    """The browser of this machine, if it has one."""
    return shutil.which("chromium")


def pays(minor: int) -> str:
    """What somebody does here, for people to read."""
    how = "in Chromium" if browser() else "by its form"
    return f"pays {show(minor)} by card on the processor's page ({how})"


async def pay(url: str) -> None:
    """Fill in the page at this address and pay by a card that works."""
    found = browser()
    if found is None:
        await _by_form(url)
    else:
        await _by_hand(url, found)


async def _by_hand(url: str, executable: str) -> None:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        page = await running.new_page()
        await page.goto(url)
        await page.get_by_label("E-mail").fill(EMAIL)
        await page.get_by_label("Card number").fill(CARD)
        await page.get_by_label("Expires").fill(EXPIRES)
        await page.get_by_label("CVC").fill(CVC)
        await page.get_by_role("button", name="Pay").click()
        await page.wait_for_url("**/deposits/deposit_*", timeout=TIMEOUT_S * 1000)
        await running.close()


async def _by_form(url: str) -> None:
    card = {"number": CARD, "expiry": EXPIRES, "cvc": CVC}
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as http:
        answer = await http.post(url, data={"method": "card", "email": EMAIL, **card})
    assert answer.status_code == 303, f"the page answered {answer.status_code}"
