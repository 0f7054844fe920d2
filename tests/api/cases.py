"""Cases as rows, for routes that only read them."""

from datetime import UTC, datetime

from fastapi import FastAPI
from sqlalchemy import insert

from domain.access import HandedAs
from ledger.ids import fresh
from ledger.tables import attachment, cases, delivery


async def open_case(
    app: FastAPI,
    client: str,
    freelancer: str,
    *,
    kind: str = "job",
    state: str = "in_review",
    over: bool = False,
    parent: str | None = None,
    mediator: str | None = None,
) -> str:
    """A job or dispute in this state."""
    now = datetime.now(UTC)
    row = {"id": fresh(kind), "kind": kind, "state": state, "version": 1, "over": over}
    row |= {"client_id": client, "freelancer_id": freelancer, "mediator_id": mediator}
    row |= {"parent_id": parent, "terms": {}, "data": {}, "opened_at": now, "last_event_at": now}
    row |= {"closed_at": now} if over else {"owner": "client", "due_at": now}
    async with app.state.engine.begin() as c:
        await c.execute(insert(cases).values(**row))
    return str(row["id"])


async def hand_over(app: FastAPI, case_id: str, file_id: str, handed_as: HandedAs) -> None:
    """The file becomes part of the case."""
    subject = case_id if handed_as is HandedAs.BRIEF else fresh("delivery")
    async with app.state.engine.begin() as c:
        if handed_as is HandedAs.DELIVERY:
            row = {"id": subject, "case_id": case_id, "number": 1, "note": ""}
            await c.execute(insert(delivery).values(**row, at=datetime.now(UTC)))
        await c.execute(
            insert(attachment).values(subject_id=subject, file_id=file_id, case_id=case_id)
        )
