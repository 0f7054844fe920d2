"""What each problem's `type` leads to: the list of all codes, and one page for each."""

from fastapi import APIRouter

from api.bodies import Shown
from api.problems import Problem, catalogue

router = APIRouter(prefix="/problems", tags=["problems"])


class ProblemType(Shown):
    """A kind of refusal."""

    code: str
    status: int
    title: str


@router.get("")
async def all_problems() -> list[ProblemType]:
    """Every code this API refuses with."""
    return [ProblemType(code=code, status=s, title=title) for code, s, title in catalogue()]


@router.get("/{code}")
async def one_problem(code: str) -> ProblemType:
    """What this code means."""
    for problem in await all_problems():
        if problem.code == code:
            return problem
    raise Problem("not_found")
