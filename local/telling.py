"""How stories look: colours on a terminal, plain text everywhere else."""

import io
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.money import show
from local.tally import PLATFORM, Move

NARROWEST, WIDEST, PLAIN = 72, 112, 108
OVER = {
    "completed": "green",
    "cancelled": "red",
    "settled": "magenta",
    "declined": "red",
    "lapsed": "red",
}
"""The colour of each way a job can end; an open one is yellow."""


def console() -> Console:
    """Where stories are printed: what `print` prints to at this moment."""
    terminal = sys.stdout.isatty()
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST) if terminal else PLAIN
    file = sys.stdout if terminal else _Plain()
    return Console(file=file, width=width, highlight=False, emoji=False, markup=False)


class _Plain(io.StringIO):
    """Prints without the blanks that fill a table's lines to their end."""

    def write(self, text: str) -> int:
        return sys.stdout.write(re.sub(r" +$", "", text, flags=re.MULTILINE))


def heading(page: Console, words: str) -> None:
    """The title of a story."""
    page.print()
    page.print(Rule(Text(words, style="bold"), align="left", style="dim"))


def state(name: str) -> Text:
    """A state as people read it."""
    return Text(name.replace("_", " "), style=OVER.get(name, "yellow"))


def steps(page: Console, told: Iterable[tuple[str, str, Sequence[Move]]]) -> None:
    """Each step of a story: what somebody did, the state after it, the money it moved."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=True, pad_edge=False)
    table.add_column(justify="right", width=2, style="dim")
    table.add_column(ratio=1)
    table.add_column(width=16, no_wrap=True)
    for number, (words, after, moves) in enumerate(told, 1):
        table.add_row(str(number), words, state(after))
        for move in moves:
            if any(move.amounts.values()):
                table.add_row("", _moved(move), "")
    page.print(table)


def money(
    page: Console, before: Mapping[str, int], after: Mapping[str, int], fees_minor: int
) -> None:
    """How everything stood before and stands after; the changes add up to what came in."""
    table = Table(box=None, padding=(0, 0, 0, 3), pad_edge=False, header_style="dim")
    table.add_column("wallet")
    for name in ("before", "after", "change"):
        table.add_column(name, justify="right")
    for name, minor in after.items():
        table.add_row(name, show(before[name]), show(minor), signed(minor - before[name]))
    if fees_minor:
        table.add_row(PLATFORM, "", "", signed(fees_minor))
    together = sum(minor - before[name] for name, minor in after.items()) + fees_minor
    table.add_row(
        "Together: what came in from outside, less what went out",
        "",
        "",
        signed(together),
        style="dim",
    )
    page.print(Padding(table, (1, 0, 0, 4)))


def jobs(page: Console, found: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> None:
    """Jobs as a list: what, between whom, for how much, how it stands and until when."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("job", "between", "state", "whose turn", "until"):
        table.add_column(name)
    table.add_column("price", justify="right")
    for job in found:
        until = f"{moment(job['due_at']):%a %-d %b %H:%M} UTC" if job["due_at"] else ""
        pair = f"{names.get(job['client_id'], '?')} and {names.get(job['freelancer_id'], '?')}"
        price = show(job["price"]["amount_minor"])
        table.add_row(job["title"], pair, state(job["state"]), job["turn"] or "", until, price)
    page.print(Padding(table, (0, 0, 1, 2)))


def nobody_acts(page: Console, outlook: Mapping[str, Any]) -> None:
    """What happens by itself, when, and who gets what by it."""
    at = moment(outlook["at"])
    gets = [f"{who} {show(one['amount_minor'])}" for who, one in outlook["money"].items()]
    says = f"If nobody acts: on {at:%a %-d %b %Y at %H:%M} UTC {outlook['what']}"
    line = Text(f"{says}{' (' + ', '.join(gets) + ')' if gets else ''}.", style="bold")
    page.print(Padding(line, (1, 0, 0, 4)))


def aside(page: Console, words: str) -> None:
    """A remark in small print, on one line however long."""
    page.print(Text(f"    {words}", style="dim"), soft_wrap=True)


def moment(written: str) -> datetime:
    """A time of the API."""
    return datetime.fromisoformat(written).astimezone(UTC)


def signed(minor: int) -> str:
    """A change of an amount, with its sign."""
    return f"+{show(minor)}" if minor > 0 else show(minor)


def _moved(move: Move) -> Text:
    amounts = [f"{who} {signed(minor)}" for who, minor in move.amounts.items() if minor]
    words = Text("  ")
    words.append(move.kind.replace("_", " "), style="bold cyan")
    return words.append(f"  {', '.join(amounts)}", style="cyan")
