"""Where the processor's page leads back to: it says what comes next, and nothing of anybody's."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.ids import DepositId

router = APIRouter(include_in_schema=False)

ONLY_ITSELF = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Back at PeerOK</title>
<style>
  :root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6776; --paper: #f6f7f9;
          --card: #fff; --line: #e1e5ea; --good: #1d7a4f; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8ecf1; --soft: #9aa6b4; --paper: #12171d; --card: #1a2129;
            --line: #2b343f; --good: #5cc795; }
  }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
         box-sizing: border-box; background: var(--paper); color: var(--ink);
         font: 1rem/1.55 system-ui, sans-serif; }
  main { max-width: 26rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
         border-radius: .75rem; }
  .mark { font-weight: 700; letter-spacing: .01em; color: var(--good); margin: 0 0 1.25rem; }
  h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem; text-wrap: balance; }
  p { margin: 0 0 .75rem; }
  p:last-child { margin: 0; color: var(--soft); font-size: .9rem; }
</style>
<main>
  <p class="mark">PeerOK</p>
  <h1>You are back from the payment page</h1>
  <p>If you paid, the money is in your wallet in a moment, and what waits for it starts by
     itself. If you did not, nothing was taken.</p>
  <p>You can close this page: nothing depends on it.</p>
</main>
</html>
"""


@router.get("/deposits/{case_id}")
async def back(case_id: DepositId) -> HTMLResponse:
    """The same for everybody: whoever comes here is not signed in, and proves nothing by it."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": ONLY_ITSELF})
