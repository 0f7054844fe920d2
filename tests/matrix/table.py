"""`matrix.txt`: every route of what can be bought, for everybody who can stand before it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from httpx import Response

from tests.api.people import Person, new_key
from tests.matrix.asking import ASKED, NOUNS, Asked
from tests.matrix.scene import PART_HEADERS, RELATIONS, Scene, always
from tests.world import World

TABLE = Path(__file__).with_name("matrix.txt")
HEAD = """\
Who may use which route: what the running API answers, by how the caller stands to what the route
names. A status alone is a success; else the code of the refusal stands beside it. Written by
`python -m tests.matrix`; a test asks every cell again.
"""


def routes(world: World) -> Iterator[str]:
    """The routes of these nouns, as the API publishes them."""
    for path, methods in world.app.openapi()["paths"].items():
        for method, documented in methods.items():
            if NOUNS & set(documented.get("tags", ())) or "/contests/" in path:
                yield f"{method.upper()} {path}"


async def table(world: World) -> str:
    """The whole of `matrix.txt`, asked of the running API."""
    everywhere, lines = await always(world), [HEAD]
    scene = await Scene.made(world, everywhere)
    for route in sorted(ASKED, key=lambda one: (one.partition(" ")[2], one)):
        asked, method = ASKED[route], route.partition(" ")[0]
        by_answer: dict[str, list[str]] = {}
        for relation in RELATIONS:
            answer = await _ask(scene, scene.people.get(relation), method, asked)
            by_answer.setdefault(_cell(answer), []).append(relation)
            if asked.changes and answer.is_success:
                scene = await Scene.made(world, everywhere)
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


def _cell(answer: Response) -> str:
    assert answer.status_code < 500, answer.text
    if answer.is_success:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['code']}"
