"""The API process: `uvicorn --factory api.main:create`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

import failpoints
import logs
import metrics
import settings as environment
import telemetry
import temporal_client
import tracing
from api import (
    access_log,
    accounts,
    agreements,
    amounts,
    back_page,
    bank_files,
    bank_statements,
    baskets,
    bids,
    case_files,
    certificates,
    chargebacks,
    contest_entries,
    contests,
    deadlines,
    deliveries,
    deposits,
    differences,
    disputes,
    docs_page,
    entries,
    files,
    finding,
    health,
    hiring,
    instructions,
    jobs,
    linked_people,
    links,
    listings,
    measures,
    notices,
    part_uploads,
    payment_runs,
    payout_methods,
    permission,
    previews,
    problem_pages,
    problems,
    profiles,
    project_talk,
    projects,
    receipts,
    refunds,
    run_payments,
    sealing,
    signing_keys,
    staff,
    staff_deposits,
    staff_refunds,
    staff_tasks,
    stripe_webhooks,
    tax_checks,
    tax_forms,
    timeline,
    wallet,
    withdrawals,
    year_totals,
)
from api.announcing import Announcing
from api.edge import Edge
from api.hiding import hide_secrets
from api.outcomes import Outcomes
from api.rates import Rates
from api.stores import open_store
from ledger import agreements as texts
from ledger.database import connect, in_short
from settings import Settings
from workflows.doors import Doors

NOUNS = (
    accounts.router,
    agreements.router,
    permission.router,
    tax_forms.router,
    wallet.router,
    deposits.router,
    payout_methods.router,
    withdrawals.router,
    refunds.router,
    refunds.of_refunds,
    chargebacks.router,
    entries.router,
    notices.router,
    files.router,
    previews.router,
    links.router,
    part_uploads.router,
    receipts.router,
    staff_deposits.router,
    staff_refunds.router,
    hiring.router,
    jobs.router,
    deliveries.router,
    disputes.router,
    timeline.router,
    finding.router,
    projects.router,
    projects.mine,
    bids.on_projects,
    bids.router,
    bids.mine,
    project_talk.router,
    contests.router,
    contests.mine,
    contest_entries.router,
    contest_entries.mine,
    contest_entries.of_staff,
    listings.router,
    listings.mine,
    profiles.router,
    profiles.mine,
    baskets.on_listings,
    baskets.router,
    case_files.router,
    access_log.router,
    access_log.on_projects,
    access_log.on_contests,
    certificates.of_jobs,
    certificates.router,
    signing_keys.router,
    deadlines.router,
    instructions.router,
    staff.router,
    amounts.house,
    entries.house,
    staff_tasks.router,
    linked_people.router,
    chargebacks.on_staff,
    tax_checks.router,
    bank_statements.router,
    differences.router,
    year_totals.router,
    payment_runs.router,
    run_payments.router,
    bank_files.router,
)
"""One router for each noun, under /v1."""
OUTSIDE = (
    health.router,
    measures.router,
    problem_pages.router,
    docs_page.router,
    back_page.router,
    links.outside,
)
BOOKS_TRIES = 30

log = get_logger()


def create(settings: Settings | None = None) -> FastAPI:
    """The app; it connects when it starts, and to Temporal at the first call.

    Without settings it is the whole process, as uvicorn makes it.
    """
    app = FastAPI(
        title="PeerOK",
        version="1",
        lifespan=_lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings or environment.settings()
    logs.configure(app.state.settings.log_level)
    if settings is None:
        telemetry.begin_quietly(app.state.settings)
    if app.state.settings.otlp_endpoint is not None:
        tracing.begin(app.state.settings, "peerok-api")
        tracing.follow(app)
    app.state.rates = Rates()
    hide_secrets()
    app.state.signing_key = signing_keys.key_of(app.state.settings)
    app.state.link_key = links.key_of(app.state.settings)
    app.state.sealing_keys = sealing.keys_of(app.state.settings.tax_keys)
    app.state.payout_keys = sealing.keys_of(app.state.settings.payout_keys)
    problems.install(app)
    app.add_middleware(Edge)
    app.add_route(stripe_webhooks.PATH, stripe_webhooks.announced, methods=["POST"])
    for router in NOUNS:
        app.include_router(router, prefix="/v1", responses=problems.DOCUMENTED)
    for router in OUTSIDE:
        app.include_router(router)
    app.mount("/docs/files", docs_page.files)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    failpoints.arm(settings.fail_at)
    app.state.files = open_store(settings)
    app.state.temporal = await temporal_client.connect(
        settings, interceptors=tracing.interceptors(settings), lazy=True
    )
    app.state.engine = connect(settings.database_url, settings.database_pool)
    metrics.watch_pool(app.state.engine)
    app.state.outcomes = Outcomes(app.state.engine)
    doors = Doors(app.state.temporal, settings.task_queue_prefix)
    app.state.announcing = Announcing(app.state.engine, doors)
    try:
        await _texts_in_place(app.state.engine)
        if app.state.signing_key is not None:
            await signing_keys.announce(app.state.engine, app.state.signing_key)
        yield
    finally:
        await app.state.announcing.close()
        await app.state.engine.dispose()


async def _texts_in_place(engine: AsyncEngine) -> None:
    """The agreements are in the books; when all was down, an API may be up before them."""
    for tries_left in reversed(range(BOOKS_TRIES)):
        try:
            async with engine.begin() as c:
                await texts.ensure(c)
            return
        except (OperationalError, InterfaceError, OSError) as away:
            if not tries_left:
                raise
            log.warning("the database does not answer yet", error=in_short(away))
            await asyncio.sleep(1)
