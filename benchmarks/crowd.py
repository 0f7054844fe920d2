"""A book full of cases: one job that the product began, then many of its likes, by SQL."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.deals import Deal, Deals, in_the_books
from benchmarks.parties import Party
from ledger import ids
from ledger.schema import metadata
from ledger.tables import file

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
    "delivery": {"id": f"'delivery_' || {NUMBER}", "case_id": f"'job_' || {NUMBER}"},
    "file": {"id": f"'file_' || {NUMBER}", "owner_id": FREELANCER, "key": NUMBER},
    "attachment": {
        "subject_id": f"'delivery_' || {NUMBER}",
        "file_id": f"'file_' || {NUMBER}",
        "case_id": f"'job_' || {NUMBER}",
    },
}
"""The tables that a job's pages are read from, and what a copy has of its own in each."""
OF_TEMPLATE = {
    "cases": "t.id = :template",
    "file": "t.id in (select file_id from attachment where case_id = :template)",
}
"""Which rows are copied, where that is not said by `case_id`."""


async def moved_in(
    engine: AsyncEngine, people: Sequence[Party], cases: int, own_jobs: int
) -> list[str]:
    """Fill the books with this many jobs in review, of which the first person has `own_jobs`.

    Their rows go through the constraints and triggers that the product's go through; what the
    pages do not read (money, notices) is left out. The ids of the first person's jobs.
    """
    reader, *others = people
    deals = Deals(engine, others[:1], others[-1:], in_the_books(engine))
    template = await _delivered(engine, await deals.begun(0))
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


async def _delivered(engine: AsyncEngine, deal: Deal) -> str:
    """The deal's job, once its freelancer has handed over a file; its id."""
    file_id = ids.fresh("file")
    handed = {
        "id": file_id,
        "owner_id": deal.job.freelancer,
        "name": "logo.svg",
        "content_type": "image/svg+xml",
        "size": 1_000,
        "sha256": "0" * 64,
        "key": uuid4().hex,
    }
    async with engine.begin() as c:
        await c.execute(insert(file), handed)
    await deal.delivered([file_id])
    return deal.job.id


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
    wanted = OF_TEMPLATE.get(name, "t.case_id = :template")
    return (
        f"insert into {name} ({columns}) select {', '.join(written.values())} from {name} t"
        " cross join generate_series(cast(:first as bigint), cast(:last as bigint)) n"
        f" where {wanted}"
    )
