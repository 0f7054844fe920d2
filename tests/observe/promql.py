"""As much of PromQL as our rules and panels use: which metrics an expression names."""

import re

FUNCTIONS = {"absent", "histogram_quantile", "max", "rate", "sum", "time", "topk"}
WORDS = {"by", "or", "and", "unless"}
TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(\.\d+)?)|(?P<labels>\{[^{}]*\})|(?P<range>\[\d+[smhd]\])"
    r"|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?P<sign>[-+*/(),]|[<>=!]=|[<>])"
)
LABELS = re.compile(r'\{([a-z_]+(=|!=|=~|!~)"[^"]*"(,\s*)?)+\}')
SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^{}]*)\}")
MATCHER = re.compile(r'([a-z_]+)=~?"([^"]*)"')


class Unreadable(ValueError):
    """This is no expression of the kind we write."""


def metrics(expression: str) -> set[str]:
    """The metrics it names; Unreadable for anything we would not write."""
    tokens, at = [], 0
    while at < len(expression):
        found = TOKEN.match(expression, at)
        if found is None:
            raise Unreadable(f"{expression!r} at {at}")
        if found["labels"] and not LABELS.fullmatch(found["labels"]):
            raise Unreadable(found["labels"])
        if not found["space"]:
            tokens.append(found.group())
        at = found.end()
    _balanced(tokens)
    return _named(tokens)


def selected(expression: str) -> list[tuple[str, str, str]]:
    """Each label it asks for: metric, label, and the value or pattern that must be met."""
    return [
        (chosen[1], label, value)
        for chosen in SELECTOR.finditer(expression)
        for label, value in MATCHER.findall(chosen[2])
    ]


def _named(tokens: list[str]) -> set[str]:
    named: set[str] = set()
    grouping = False
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token == "by":
            grouping = True
        elif grouping:
            grouping = token != ")"
        elif re.match("[a-zA-Z_:]", token) and token not in WORDS:
            if token in FUNCTIONS:
                if following not in ("(", "by"):
                    raise Unreadable(f"{token} is a function")
            else:
                named.add(token)
    return named


def _balanced(tokens: list[str]) -> None:
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth < 0:
            break
    if depth:
        raise Unreadable("its brackets do not match")
