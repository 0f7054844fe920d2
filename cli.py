"""The commands of one who runs PeerOK: `python -m cli --help`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from papers.signing import PublicKey
    from papers.verdict import Verdict

    Check = Callable[[bytes, Mapping[PublicKey, bool] | None], Verdict]

# A command that fails shows the error of its own code, not pages of frames with their values.
app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
SHORTEST_PASSWORD = 10
KEYS = Annotated[
    list[str] | None,
    typer.Option(help="A public key you trust, or a saved /v1/signing-keys; again for more."),
]

NOT_PROVEN = 3
"""How a check ends when a file is whole, and nobody said by whose key it should be signed."""

staff = typer.Typer(no_args_is_help=True, help="The people who work for the platform.")
app.add_typer(staff, name="staff")
deploy = typer.Typer(no_args_is_help=True, help="Which build of the workers gets the work.")
app.add_typer(deploy, name="deploy")

# Each command imports what it needs: `migrate` on a server needs nothing of the demo.


@app.command()
def up(
    once: Annotated[bool, typer.Option(help="Stop again after the stories.")] = False,
) -> None:
    """Run everything on this machine until Ctrl-C."""
    from local import up as machine

    raise typer.Exit(machine.main(once=once))


@app.command()
def cluster(
    once: Annotated[bool, typer.Option(help="Stop again after the stories.")] = False,
) -> None:
    """Run the production topology on this machine until Ctrl-C: Temporal on PostgreSQL 15."""
    from local import up as machine

    raise typer.Exit(machine.cluster(once=once))


@app.command()
def demo() -> None:
    """Play the demo stories against the API at PEEROK_PUBLIC_URL."""
    from local import demo as stories
    from local.actors import Refused
    from local.places import Unready

    try:
        asyncio.run(stories.play(settings().public_url, again=True))
    except (Refused, Unready) as reason:
        print(reason)
        raise typer.Exit(1) from None


@app.command()
def rehearse(
    story: Annotated[str | None, typer.Argument(help="One story; all when left out.")] = None,
) -> None:
    """Live through weeks in seconds on the server's virtual clock, and print the calendar."""
    from local import rehearse as rehearsal

    raise typer.Exit(rehearsal.main(story))


@app.command()
def migrate() -> None:
    """Bring the schema of PEEROK_MIGRATION_DATABASE_URL up to date."""
    from ledger import migrate as schema

    schema.upgrade(settings().migration_database_url)


@app.command()
def reconcile(
    sealed: Annotated[
        str | None, typer.Option(metavar="N:HASH", help="A seal noted elsewhere, to compare with.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--as-json", help="A JSON object on each line.")] = False,
) -> None:
    """Compare the books with themselves, with Stripe's and the bank's; mends nothing.

    Exits with 0 when clean, 1 when not, 2 when it can't compare.
    """
    import stripe
    from sqlalchemy.exc import SQLAlchemyError

    from activities.processor import Processor
    from activities.processor_lines import ProcessorLines
    from domain.difference import Source
    from ledger import comparisons as ours
    from ledger import database
    from ledger.outside import SaidOtherwise
    from ledger.outside_comparison import Outside
    from ledger.reconciling import report

    try:
        noted = ours.Noted.read(sealed) if sealed else None
    except ValueError as reason:
        raise typer.BadParameter(str(reason)) from None

    async def compare() -> bool:
        engine, processor = database.connect(settings().database_url, pool=1), Processor(settings())
        stripes = Outside(Source.STRIPE, asked=processor.known)
        compared = (ours.Balances(), ours.Rules(), ours.Seals(noted), stripes, Outside(Source.BANK))
        try:
            await ProcessorLines(engine, processor).fetch()
            return await report(engine, compared, print, as_json=as_json)
        finally:
            await asyncio.gather(engine.dispose(), processor.close())

    try:
        clean = asyncio.run(compare())
    except (SQLAlchemyError, OSError) as fault:
        typer.echo(f"The books cannot be read: {database.in_short(fault)}", err=True)
        raise typer.Exit(2) from None
    except (stripe.StripeError, SaidOtherwise) as fault:
        what = fault if isinstance(fault, SaidOtherwise) else type(fault).__name__
        typer.echo(f"Stripe's books cannot be read: {what}", err=True)
        raise typer.Exit(2) from None
    raise typer.Exit(0 if clean else 1)


@app.command("year-totals")
def year_totals(year: Annotated[int, typer.Argument(min=2000, max=9000)]) -> None:
    """What each person was paid in a calendar year, for the tax office, as CSV."""
    import csv

    from ledger import database
    from ledger import year_totals as paid

    async def show() -> None:
        engine = database.connect(settings().database_url, pool=1)
        lines = csv.writer(sys.stdout)
        lines.writerow((*paid.COLUMNS, *paid.MONTHS))
        try:
            async for row in paid.every(engine, year):
                lines.writerow(paid.cells(row))
        finally:
            await engine.dispose()

    asyncio.run(show())


@app.command("search-attributes")
def search_attributes() -> None:
    """Register the missing search attributes on the cluster at TEMPORAL_ADDRESS."""
    import temporal_client
    from local.search_attributes import register

    async def add() -> list[str]:
        return await register(await temporal_client.connect(settings()))

    added = asyncio.run(add())
    print(f"Registered: {', '.join(added) or 'none was missing'}")


@app.command()
def namespace(name: str) -> None:
    """Make a namespace with what our workflows need on the cluster at TEMPORAL_ADDRESS."""
    from local import namespaces
    from local.places import Unready

    try:
        ours = settings().model_copy(update={"temporal_namespace": name})
        asyncio.run(namespaces.make(ours))
    except Unready as reason:
        print(reason)
        raise typer.Exit(1) from None
    print(f"{name} is there; all that follows needs TEMPORAL_NAMESPACE={name}")


@deploy.command("current")
def deploy_current(
    build_id: Annotated[str, typer.Argument(help="A build whose workers run.")] = "",
    unversioned: Annotated[
        bool, typer.Option("--unversioned", help="Workers without a PEEROK_BUILD_ID instead.")
    ] = False,
) -> None:
    """Send all work to the workers of this build, once they are there."""
    import temporal_client
    from local import deployment
    from local.places import Unready
    from workflows import builds

    if bool(build_id) == unversioned:
        raise typer.BadParameter("name a build, or say --unversioned")
    now = settings()

    async def change() -> str:
        client = await temporal_client.connect(now)
        name = builds.deployment(now.task_queue_prefix)
        return await deployment.make_current(client, name, build_id)

    try:
        before = asyncio.run(change())
    except Unready as reason:
        print(reason)
        raise typer.Exit(1) from None
    now_has = f"Build {build_id} gets" if build_id else "Workers without a build get"
    print(f"{now_has} the work; before, {before or 'workers without a build'} did.")


@deploy.command("status")
def deploy_status() -> None:
    """The builds, the newest first; the workers of a drained one can be stopped."""
    import temporal_client
    from local import deployment
    from workflows.builds import deployment as name_of

    now = settings()

    async def look() -> list[deployment.Build]:
        client = await temporal_client.connect(now)
        return await deployment.builds(client, name_of(now.task_queue_prefix))

    if not (builds := asyncio.run(look())):
        print("No worker with a PEEROK_BUILD_ID has been here yet.")
    for build in builds:
        can_stop = "; its workers can be stopped" if build.can_stop else ""
        print(f"{build.id}  {build.status} on {', '.join(build.queues)}{can_stop}")


@app.command()
def schedules() -> None:
    """Make the schedules that check the books, or bring them up to date; again changes nothing."""
    import temporal_client
    from workflows.schedules import ensure

    async def make() -> list[str]:
        now = settings()
        return await ensure(await temporal_client.connect(now), now.task_queue_prefix)

    made = asyncio.run(make())
    print(f"Scheduled: {', '.join(made)}")


@app.command("signing-key")
def signing_key() -> None:
    """Make a new value for PEEROK_SIGNING_KEY, and print it with its public half."""
    from papers import signing

    secret = signing.fresh()
    public = signing.SigningKey(secret).public
    print(f"PEEROK_SIGNING_KEY={secret}\n# {public.id}, public key {public.hex}")


@app.command("link-key")
def link_key() -> None:
    """Make a new value for PEEROK_LINK_KEY, and print it."""
    import secrets

    print(f"PEEROK_LINK_KEY={secrets.token_hex(32)}\n# Links signed with another open nothing.")


@app.command("tax-key")
def tax_key() -> None:
    """Make a new key for PEEROK_TAX_KEYS, and print it."""
    from ledger import sealed_values

    print(f"PEEROK_TAX_KEYS={sealed_values.fresh()}\n# Before the older ones, with commas between.")


@app.command("payout-key")
def payout_key() -> None:
    """Make a new key for PEEROK_PAYOUT_KEYS, and print it."""
    from ledger import sealed_values

    print(
        f"PEEROK_PAYOUT_KEYS={sealed_values.fresh()}\n# Before the older ones, with commas between."
    )


@app.command("verify-case-file")
def verify_case_file(
    file: Annotated[Path, typer.Argument(help="A case file, as JSON or PDF.")],
    key: KEYS = None,
) -> None:
    """Say whether a case file is, byte for byte, as it was signed; needs no server.

    Ends with 0 if a key you trust signed it, with 3 if you named none, else with 1.
    """
    from papers import checking

    _say_of(file, key, checking.check, "Not as it was signed")


@app.command("verify-certificate")
def verify_certificate(
    file: Annotated[Path, typer.Argument(help="A certificate, as JSON or PDF.")],
    key: KEYS = None,
) -> None:
    """Say whether a certificate is, byte for byte, as it was signed; needs no server.

    Ends with 0 if a key you trust signed it, with 3 if you named none, else with 1.
    """
    from papers import certificate

    _say_of(file, key, certificate.check, "It proves nothing")


def _say_of(file: Path, key: list[str] | None, check: "Check", otherwise: str) -> None:
    """Print the verdict; end with 0 if it proves something, 1 if not, 3 if nobody named a key."""
    from papers import checking

    try:
        verdict = check(file.read_bytes(), checking.keys(key) if key else None)
    except (OSError, ValueError) as error:
        print(f"Cannot check {file}: {error}")
        raise typer.Exit(1) from None
    if verdict.holds and not verdict.proven:
        print(f"Not proven, though whole. {verdict.says}")
        raise typer.Exit(NOT_PROVEN)
    print(f"{'Unchanged' if verdict.holds else otherwise}. {verdict.says}")
    raise typer.Exit(0 if verdict.holds else 1)


@staff.command("add")
def add_staff(
    email: str,
    name: str,
    role: Annotated[
        list[str],
        typer.Option(
            help="staff, accounting, mediator, head_of_support, head_of_accounting; again for more"
        ),
    ],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            envvar="PEEROK_STAFF_PASSWORD",
        ),
    ],
) -> None:
    """Make an account for somebody who works for the platform; asks for what is not given."""
    from ledger import database, people

    if len(password) < SHORTEST_PASSWORD:
        raise typer.BadParameter(f"a password has at least {SHORTEST_PASSWORD} characters")

    async def add() -> str:
        engine = database.connect(settings().database_url, pool=1)
        try:
            return await people.add_staff(engine, email, name, password, role)
        finally:
            await engine.dispose()

    try:
        print(asyncio.run(add()))
    except ValueError as refusal:
        raise typer.BadParameter(str(refusal)) from None


def main() -> None:
    """Run the command of this process, and end it without tidying up the interpreter.

    A thread of the Temporal client may still be handing over its last answer; it would abort the
    process, whose command has succeeded (temporalio/sdk-python#300, seen under load).
    """
    try:
        app()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
