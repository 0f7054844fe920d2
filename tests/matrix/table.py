"""`matrix.txt`: every route of what can be bought, for everybody who can stand before it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from httpx import Response

from tests.api.people import Person, new_key
from tests.matrix.asking import ASKED, NOUNS, Asked
from tests.matrix.scene import PART_HEADERS, RELATIONS, Scene
from tests.world import World

TABLE = Path(__file__).with_name("matrix.txt")
HEAD = """\
Who may use which route: what the running API answers, by how the caller stands to what the route
names. A success is a status and, behind a colon, whatever of the scene the answer names besides
what was asked about: ids, and the brief's text. Else the code of the refusal stands beside it.
What the people and things are, `tests/matrix/scene.py` says. Written by `python -m tests.matrix`;
a test asks every cell again.
"""


def routes(world: World) -> Iterator[str]:
    """The routes of these nouns, as the API publishes them."""
    for path, methods in world.app.openapi()["paths"].items():
        for method, documented in methods.items():
            read_of_a_job = method == "get" and path.startswith("/v1/jobs/{")
            tags = NOUNS & set(documented.get("tags", ()))
            if tags or "/contests/" in path or read_of_a_job:
                yield f"{method.upper()} {path}"


async def table(world: World) -> str:
    """The whole of `matrix.txt`, asked of the running API."""
    scene, lines = await Scene.made(world), [HEAD]
    for route in sorted(ASKED, key=lambda one: (one.partition(" ")[2], one)):
        (part, asked), method = ASKED[route], route.partition(" ")[0]
        by_answer: dict[str, list[str]] = {}
        for relation in RELATIONS:
            answer = await _ask(scene, scene.people.get(relation), method, asked)
            by_answer.setdefault(_cell(answer, scene), []).append(relation)
            if asked.changes and answer.is_success:
                await scene.renew(part)
        cells = (f"  {cell:<32} {', '.join(who)}" for cell, who in by_answer.items())
        lines += [route, *cells, ""]
    return "\n".join(lines)


async def _ask(scene: Scene, who: Person | None, method: str, asked: Asked) -> Response:
    headers = who.headers(new_key()) if who else {"Idempotency-Key": new_key()}
    sent: dict[str, Any] = {}
    if asked.content:
        sent, headers = (
            {"content": asked.content},
            headers | {"X-File-Name": "a.bin"} | PART_HEADERS,
        )
    elif method in ("POST", "PUT"):
        sent = {"json": asked.body(scene)}
    return await scene.world.http.request(method, asked.path(scene), headers=headers, **sent)


def _cell(answer: Response, scene: Scene) -> str:
    assert answer.status_code < 500, answer.text
    if not answer.is_success:
        return f"{answer.status_code} {answer.json()['code']}"
    asked, read = answer.request, answer.headers.get("content-type", "") == "application/json"
    told = answer.text if asked.method == "GET" and read else ""
    named = [
        name for name, value in scene.named.items() if value in told and value not in asked.url.path
    ]
    return f"{answer.status_code}: {', '.join(named)}" if named else f"{answer.status_code}"
