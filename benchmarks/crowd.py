"""A book full of cases: one job that the product began, then many of its likes, by SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.deals import Deals, in_the_books
from benchmarks.parties import Party
from ledger.schema import metadata

AT_ONCE = 50_000
"""Cases that one transaction copies."""
NUMBER = "lpad(to_hex(n), 26, '0')"
"""The number of a copy as the second half of an id."""
PEOPLE = "(cast(:people as text[]))[1 + (n + {}) % cast(:count as bigint)]"
CLIENT = (
    "case when n % cast(:every as bigint) = 0 then cast(:reader as text)"
    f" else {PEOPLE.format(0)} end"
)
FREELANCER = PEOPLE.format(1)
ACTOR = f"case {{}} when 'client' then {CLIENT} else {FREELANCER} end"

COPIES: Mapping[str, Mapping[str, str | None]] = {
    "cases": {
        "id": f"'job_' || {NUMBER}",
        "client_id": CLIENT,
        "freelancer_id": FREELANCER,
    },
    "brief": {"case_id": f"'job_' || {NUMBER}"},
    "instruction": {
        "id": f"'instruction_' || {NUMBER} || command",
        "caller_id": ACTOR.format("role"),
        "idempotency_key": f"{NUMBER} || command",
        "case_id": f"'job_' || {NUMBER}",
    },
    "event": {
        "case_id": f"'job_' || {NUMBER}",
        "actor_id": ACTOR.format("actor"),
        "step_id": f"{NUMBER} || kind",
        "instruction_id": f"'instruction_' || {NUMBER} || (select command from instruction i"
        " where i.id = t.instruction_id)",
        "seq": None,
    },
}
"""The tables that a job's pages are read from, and what a copy has of its own in each."""


async def moved_in(
    engine: AsyncEngine, people: Sequence[Party], cases: int, own_jobs: int
) -> list[str]:
    """Fill the books with this many jobs in progress, of which the first person has `own_jobs`.

    Their rows go through the constraints and triggers that the product's go through; what the
    pages do not read (money, notices) is left out. The ids of the first person's jobs.
    """
    reader, *others = people
    deals = Deals(engine, others[:1], others[-1:], in_the_books(engine))
    template = (await deals.begun(0)).job.id
    every = max(cases // own_jobs, 1)
    given = {
        "people": [one.id for one in others],
        "count": len(others),
        "reader": reader.id,
        "every": every,
        "template": template,
    }
    for first in range(1, cases + 1, AT_ONCE):
        await _copy(engine, given | {"first": first, "last": min(first + AT_ONCE - 1, cases)})
    return [f"job_{n:026x}" for n in range(every, cases + 1, every)]


async def _copy(engine: AsyncEngine, given: Mapping[str, object]) -> None:
    """These copies, in one transaction."""
    async with engine.begin() as c:
        for name, own in COPIES.items():
            query = text(_copying(name, own))
            wanted = query.compile().params
            await c.execute(query, {key: given[key] for key in wanted})


def _copying(name: str, own: Mapping[str, str | None]) -> str:
    """The statement that copies the template's rows of this table."""
    table = metadata.tables[name]
    values = {column.name: own.get(column.name, f't."{column.name}"') for column in table.columns}
    written = {column: value for column, value in values.items() if value is not None}
    columns = ", ".join(f'"{column}"' for column in written)
    case = "id" if name == "cases" else "case_id"
    return (
        f"insert into {name} ({columns}) select {', '.join(written.values())} from {name} t"
        " cross join generate_series(cast(:first as bigint), cast(:last as bigint)) n"
        f" where t.{case} = :template"
    )
