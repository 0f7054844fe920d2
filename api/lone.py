"""What people see of their cases that are one person's alone: the list, one of them, its events."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from sqlalchemy import RowMapping

from api import access, timeline
from api.bodies import Shown
from api.callers import TheCaller
from api.decisions import Noun
from api.pages import Limit, Page, Place, page
from api.state import Engine, TheSettings
from ledger import reading
from ledger.database import to_read

T = TypeVar("T", bound=Shown)


def add_reads(
    router: APIRouter,
    noun: Noun,
    line_type: type[T],
    line: Callable[[RowMapping], T],
    *,
    kinds: tuple[str, ...] = (),
) -> None:
    """The routes that show them, each by its line; `kinds` when it is not its process's alone."""
    name = noun.process.name

    async def listed(caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50) -> Page[T]:
        async with to_read(engine) as c:
            wanted = kinds or (name,)
            rows = await reading.of_person(c, wanted, caller.id, None, place, limit + 1)
        return page(rows, limit, line)

    async def one(case_id: str, caller: TheCaller, engine: Engine, our: TheSettings) -> Any:
        async with to_read(engine) as c:
            pair, _ = await access.entitled(c, caller, case_id)
            return await noun.show(c, pair, caller, our)

    async def what_happened(
        case_id: str, caller: TheCaller, engine: Engine, place: Place, limit: Limit = 50
    ) -> Page[timeline.Event]:
        return await timeline.of_lone(engine, caller, case_id, place, limit)

    for about_one in (one, what_happened):
        about_one.__annotations__["case_id"] = noun.id
    lines: Any = Page[line_type]  # type: ignore[valid-type] # mypy takes no type made while it runs
    says = f"The caller's {name}s, newest first."
    router.get("", response_model=lines, description=says)(listed)
    says = f"The {name} as it stands."
    router.get("/{case_id}", response_model=noun.shown, description=says)(one)
    says = f"Everything that happened in the {name}, newest first."
    router.get("/{case_id}/timeline", description=says)(what_happened)
