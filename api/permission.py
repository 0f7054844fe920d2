"""The three questions on permission to work; an answer that closes it is a task of staff."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from api.bodies import Asked, Shown
from api.callers import TheCaller
from api.idempotency import OwnOnce
from api.reviews import review_ends
from api.state import TheSettings
from domain.standing import Permission, Permitted, permission
from ledger import people, permission_tasks, profiles

router = APIRouter(tags=["permission to work"])


class Answers(Asked):
    """Citizen? Living in the US? And, of those who live there without citizenship: permitted?"""

    us_citizen: bool
    lives_in_us: bool
    permitted: Annotated[Permitted | None, Field(strict=False)] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        permission(**dict(self))
        return self


class WorkPermission(Shown):
    """The answers and what they mean."""

    us_citizen: bool
    lives_in_us: bool
    permitted_in_us: bool | None
    result: Permission
    answered_at: datetime


@router.post("/me/work-permission", status_code=201, response_model=WorkPermission)
async def answer(
    asked: Answers, caller: TheCaller, once: OwnOnce, settings: TheSettings
) -> JSONResponse:
    """Answer the three questions; a later answer replaces an earlier one.

    Whoever may not work by it is found by their profile no longer: it is their draft again.
    """

    async def keep(c: AsyncConnection) -> WorkPermission:
        await people.hold(c, caller.id)
        said = WorkPermission.model_validate(await people.answer(c, caller.id, **dict(asked)))
        if not said.result.opens_work:
            await profiles.take_back(c, caller.id)
        await permission_tasks.follow(c, caller.id, said.result, review_ends(settings))
        return said

    return await once(asked, keep)
