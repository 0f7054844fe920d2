"""The API's documentation as a page that needs no network: its files come with the product."""

from importlib import resources

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

router = APIRouter(include_in_schema=False)
files = StaticFiles(directory=str(resources.files("fastapi_offline").joinpath("static")))

# The page starts its viewer by a script of its own; everything it loads comes from here.
ONLY_OURS = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; frame-ancestors 'none'"
)


@router.get("/docs")
async def docs() -> HTMLResponse:
    """Every route, to read and to try."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="PeerOK, the HTTP API",
        swagger_js_url="/docs/files/swagger-ui-bundle.js",
        swagger_css_url="/docs/files/swagger-ui.css",
        swagger_favicon_url="/docs/files/favicon.png",
    )
    page.headers["Content-Security-Policy"] = ONLY_OURS
    return page
