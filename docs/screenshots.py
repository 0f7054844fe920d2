"""`python -m docs.screenshots` takes the README's pictures of the Temporal UI of `make run`.

By hand, while `make run` is up with its demo cases; needs Chromium (`apt-get install chromium`).
"""

import argparse
import asyncio
import base64
import json
from pathlib import Path
from urllib.parse import quote, urlencode

from playwright.async_api import Browser, BrowserContext, FloatRect, Page, async_playwright

import temporal_client
from settings import settings

IMAGES = Path(__file__).parent / "images"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDTH, HEIGHT = 1480, 1100
SIDE, TOP = 56, 104
"""The UI's own navigation, which the pictures leave out."""
DETAILS_END = 985
COLUMNS = ("Status", "Workflow ID", "CaseState", "Owner", "NextDeadline")
OPEN_CASES = '`CaseState` IN ("in_review", "rejection_open", "open", "in_mediation")'
OPEN_REJECTION = "WorkflowType = 'DisputeWorkflow' AND CaseState = 'open' AND Stuck = false"
STORED = {
    "namespace-workflow-table-columns": {"default": [{"label": name} for name in COLUMNS]},
    "savedQueryNavOpen": False,
    "navOpen": False,
}
"""What the UI remembers for whoever has chosen these columns and folded its side panels."""
SETTLED_MS = 2_500


async def main(chromium: str) -> None:
    """Take both pictures."""
    IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        await context.add_init_script(_remember())
        await _cases(context)
        await _dispute(browser, context)
        await browser.close()
    for picture in sorted(IMAGES.glob("*.png")):
        print(f"{picture.relative_to(Path.cwd())}: {picture.stat().st_size // 1000} kB")


async def _cases(context: BrowserContext) -> None:
    """The list, filtered by state, with the columns operators look at."""
    page = await context.new_page()
    await page.goto(f"{_workflows()}?{urlencode({'query': OPEN_CASES})}")
    await page.get_by_text("rejection_open", exact=True).first.wait_for()
    await _calm(page)
    last = await page.locator("table tbody tr").last.bounding_box()
    assert last is not None, "the list has rows"
    picture = await page.screenshot(clip=_area(TOP - 40, last["y"] + last["height"] + 60))
    (IMAGES / "cases.png").write_bytes(picture)


async def _dispute(browser: Browser, context: BrowserContext) -> None:
    """One dispute: its present details above the timer that runs."""
    case = await _open_rejection()
    page = await context.new_page()
    await page.goto(f"{case}/user-metadata")
    await page.get_by_text("Current Details").wait_for()
    await _calm(page)
    details = await page.screenshot(clip=_area(TOP, DETAILS_END))
    await page.goto(f"{case}/history")
    await page.get_by_text("Timer Started").first.click()
    await _calm(page)
    heading = await page.get_by_role("heading", name="Event History").bounding_box()
    last = await page.get_by_text("Workflow Execution Started").bounding_box()
    assert heading is not None and last is not None, "the history is there"
    timer = await page.screenshot(clip=_area(heading["y"] - 20, last["y"] + last["height"] + 12))
    await _stacked(browser, details, timer, IMAGES / "dispute.png")


async def _open_rejection() -> str:
    """The address of the newest rejection that runs."""
    client = await temporal_client.connect(settings())
    async for one in client.list_workflows(OPEN_REJECTION):
        return f"{_workflows()}/{quote(one.id, safe='')}/{one.run_id}"
    raise SystemExit("No rejection runs: start `make run`, or play `python -m cli demo`.")


def _area(top: float, bottom: float) -> FloatRect:
    """The page's own part between two heights."""
    return FloatRect(x=SIDE, y=top, width=WIDTH - SIDE, height=bottom - top)


async def _stacked(browser: Browser, upper: bytes, lower: bytes, target: Path) -> None:
    page = await browser.new_page(viewport={"width": WIDTH - SIDE, "height": 200})
    shown = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(image).decode()}">'
        for image in (upper, lower)
    )
    await page.set_content(f"<style>*{{margin:0}}img{{display:block}}</style>{shown}")
    await page.screenshot(path=target, full_page=True)


async def _calm(page: Page) -> None:
    """Until nothing moves any more; the page polls for ever, so its network never falls idle."""
    await page.wait_for_timeout(SETTLED_MS)


def _workflows() -> str:
    ours = settings()
    return f"{ours.temporal_ui_url}/namespaces/{ours.temporal_namespace}/workflows"


def _remember() -> str:
    pairs = (
        f"localStorage.setItem({json.dumps(key)}, {json.dumps(json.dumps(value))})"
        for key, value in STORED.items()
    )
    return ";".join(pairs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__)
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser's program")
    asyncio.run(main(parser.parse_args().chromium))
