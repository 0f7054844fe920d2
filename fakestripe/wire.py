"""What the SDK writes as a form becomes nested values again."""

import re
from typing import Any
from urllib.parse import parse_qsl

from fakestripe.errors import Body, Refusal

DEEPEST = 8
KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def read_form(text: str) -> Body:
    """`a[b][0]=c` as `{"a": {"b": ["c"]}}`; all leaves are text."""
    tree: Body = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        _put(tree, _path(key), value, key)
    return {name: _lists(name, branch) for name, branch in tree.items()}


def param_name(path: tuple[str | int, ...]) -> str:
    """A path as Stripe names it: `line_items[0][price_data]`."""
    first, *rest = path or ("",)
    return str(first) + "".join(f"[{part}]" for part in rest)


def _path(key: str) -> list[str]:
    found = KEY.match(key)
    path = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])] if found else []
    if not path or len(path) > DEEPEST:
        raise Refusal(f"Invalid parameter name: {key}", param=key)
    return path


def _put(tree: Body, path: list[str], value: str, key: str) -> None:
    *branches, leaf = path
    for name in branches:
        tree = tree.setdefault(name or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise Refusal(f"Invalid parameter: {key} is given twice in two shapes", param=key)
    if tree.setdefault(leaf or str(len(tree)), value) is not value:
        raise Refusal(f"Invalid parameter: {key} is given twice", param=key)


def _lists(name: str, branch: Any) -> Any:
    """Branches numbered from 0 are lists, but the keys of metadata are whatever people chose."""
    if not isinstance(branch, dict) or name == "metadata":
        return branch
    inner = {key: _lists(key, value) for key, value in branch.items()}
    numbered = list(inner) == [str(number) for number in range(len(inner))]
    return list(inner.values()) if inner and numbered else inner
