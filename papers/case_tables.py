"""The sections of a case file on paper: who, under which terms, what happened, money, notices."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from reportlab.platypus import Flowable, Paragraph

from domain.money import show
from papers.fonts import code_points, is_embedded, marked_up
from papers.paper import (
    AMOUNT,
    CODE,
    LABEL,
    SMALL,
    STRONG,
    TEXT,
    cell,
    label,
    said,
    space,
    table,
)

Link = Mapping[str, Any]
Links = Sequence[Link]
LONG = ("instructions", "reason", "reasons", "note", "text")
"""Fields in which people write texts."""
HIDDEN = frozenset({"id", "files", "delivery_id", "dispute_id", "offer_version", "confidentiality"})
"""What is told in another place, or names what is."""
CALLED = {
    "ip": "the work belongs to the",
    "ends": "ends in a",
    "freelancer_minor": "to the freelancer",
    "fee_minor": "fee",
    "advanced_minor": "of it advanced",
    "days": "days for it",
    "agree_confidentiality": "agreed to the client's own terms of confidentiality",
}
"""What fields mean that have short names."""
VERDICTS = frozenset(
    {"settlement_offered", "settlement_offer_withdrawn", "settlement_accepted", "proposal_accepted",
     "settlement_proposed", "proposal_refused", "proposal_executed", "dispute_resolved",
     "job_resolved", "ruling_confirmed", "ruling_refused", "clock_paused", "clock_resumed",
     "mediator_hired", "appointment_accepted", "appointment_declined", "mediator_vetoed"}
)  # fmt: skip


def field(value: object) -> str:
    """A value of the file as people read it: times to the second, names without underscores."""
    match value:
        case None:
            return "not said"
        case bool():
            return "yes" if value else "no"
        case str() if len(value) > 18 and value[10] == "T" and value.endswith("Z"):
            return f"{value[:10]} {value[11:19]}"
        case str() if value.islower() and value.replace("_", "").isalpha():
            return value.replace("_", " ")
        case {"amount_minor": int(minor), "currency": str(currency)}:
            return f"{show(minor)} {currency}"
        case list() | tuple():
            return ", ".join(field(one) for one in value)
    return str(value)


def parties(items: Links) -> Iterator[Flowable]:
    """Everybody the reader may know; letters a reader's program may lack, also by their numbers."""
    rows = []
    for one in _of("parties", items)[0]["content"]["parties"]:
        name = one["name"] or "not named"
        shown = [cell(name, STRONG)]
        if not is_embedded(name):
            shown.append(cell(code_points(name), CODE))
        rows.append([cell(f"the {field(one['role'])}"), shown, cell(one["id"] or "")])
    yield table(("Part", "Name", "Id"), rows, [34, 66])


def terms(items: Links) -> Iterator[Flowable]:
    """What was frozen when the contract was made."""
    listed = _of("terms", items)[0]["content"]["terms"]
    yield Paragraph("Frozen with the contract; a later change of policy does not touch it.", SMALL)
    yield space(4)
    rows = [[cell(one["what"]), cell(one["value"], STRONG)] for one in listed]
    yield table((), rows, [112])


def brief(items: Links) -> Iterator[Flowable]:
    """What was ordered."""
    told = _of("brief", items)[0]["content"]
    yield Paragraph(marked_up(told["title"]), LABEL)
    if told["brief"] is None:
        yield Paragraph("Closed to whom this file was made for.", TEXT)
        return
    yield from said(told["brief"], TEXT)
    if told["files"]:
        yield from _files(told["files"])
    if own := told.get("confidentiality"):
        yield from label(f"The client's own terms of confidentiality (SHA-256 {own['sha256']})")
        yield from said(own["text"], TEXT)


def timeline(items: Links) -> Iterator[Flowable]:
    """Every step, in a line, and every decision that was refused."""
    rows = []
    for link in items:
        told = link["content"]
        match link["kind"]:
            case "event":
                cases = (f"{c['id'].split('_')[0]}: {field(c['state'])}" for c in told["cases"])
                then = "; ".join(cases)
            case "refused":
                then = f"nothing: {told['reason']}; it was received {field(told['received_at'])}"
            case _:
                continue
        rows.append(
            [cell(str(link["n"])), cell(field(link["at"])), cell(_who(told["by"])),
             cell(told["words"], STRONG), cell(then)]
        )  # fmt: skip
    yield table(("Item", "When (UTC)", "Who", "What", "Then"), rows, [11, 36, 38, 46])


def words(items: Links) -> Iterator[Flowable]:
    """What people wrote with their decisions, whole."""
    yield from _told(items, lambda told: told["event"] not in VERDICTS)


def verdicts(items: Links) -> Iterator[Flowable]:
    """Offers to settle, proposals, rulings, pauses, and who mediated."""
    yield from _told(items, lambda told: told["event"] in VERDICTS)


def deliveries(items: Links) -> Iterator[Flowable]:
    """Each version of the work, with the hash of every file."""
    found = _of("delivery", items)
    for link in found:
        told = link["content"]
        heading = f"Delivery {told['number']} (item {link['n']}, {field(link['at'])} UTC)"
        yield from label(heading)
        yield from said(told["note"] or "")
        if told["files"]:
            yield from _files(told["files"])
    if not found:
        yield Paragraph("Nothing was delivered.", TEXT)


def money(items: Links) -> Iterator[Flowable]:
    """Every journal entry with its postings, which add up to zero, and its seal."""
    rows = []
    for link in _of("money", items):
        told = link["content"]
        entry, seal = [cell(field(told["entry"]))], told["seal"]
        if seal:
            entry.append(cell(f"seal {seal['n']} {seal['hash']}", CODE))
        start: list[Any] = [cell(str(link["n"])), cell(field(link["at"])), entry]
        for posting in told["postings"]:
            name = posting["account"]
            amount = posting["words"].rpartition(": ")[2]
            rows.append([*start, cell(name[0].upper() + name[1:]), cell(amount, AMOUNT)])
            start = [cell("")] * 3
    yield table(("Item", "When (UTC)", "Entry", "Account", "Change"), rows, [11, 36, 38, 50])


def notices(items: Links) -> Iterator[Flowable]:
    """Who was told what, what the mail server answered, and when it was opened."""
    rows = []
    for link in _of("notice", items):
        told, mail = link["content"], link["content"]["mail"]
        sent = [cell("no mail")]
        if mail:
            answer = f" “{mail['answer']}”" if mail["answer"] else ""
            sent = [cell(f"{field(mail['status'])} {field(mail['settled_at'] or '')}{answer}"),
                    cell(mail["address"], CODE)]  # fmt: skip
        opened = field(told["opened_at"]) if told["opened_at"] else "not opened"
        rows.append(
            [cell(str(link["n"])), cell(field(link["at"])), cell(_who(told["to"])),
             cell(told["subject"]), sent, cell(opened)]
        )  # fmt: skip
    heads = ("Item", "When (UTC)", "To", "Subject", "Mail and its server's answer", "Opened")
    yield table(heads, rows, [11, 21, 28, 44, 45])


def _told(items: Links, belongs: Callable[[Link], bool]) -> Iterator[Flowable]:
    chosen = [link for link in _of("event", items) if belongs(link["content"])]
    any_words = False
    for link in chosen:
        told = link["content"]
        texts, facts = _decided(told)
        if not (texts or facts or told["files"]):
            continue
        any_words = True
        heading = f"Item {link['n']} · {field(link['at'])} UTC · {_who(told['by'])}"
        yield from label(f"{heading}: {told['words']}")
        for text in texts:
            yield from said(text)
        if facts:
            yield Paragraph(marked_up("; ".join(facts)), SMALL)
        if told["files"]:
            yield from _files(told["files"])
    if not any_words:
        yield Paragraph("None.", TEXT)


def _decided(told: Link) -> tuple[list[str], list[str]]:
    """The texts of a decision, and what else it and the law's facts say."""
    given = dict(told["decision"] or {})
    texts = [str(given.pop(name)) for name in LONG if given.get(name)]
    rest = {**told["facts"], **given}
    facts = [
        f"{CALLED.get(name, field(name))}: {_money(name, value)}"
        for name, value in rest.items()
        if name not in HIDDEN and value not in (None, "", [])
    ]
    return texts, facts


def _money(name: str, value: object) -> str:
    if name.endswith("_minor") and isinstance(value, int):
        return show(value)
    return field(value)


def _who(person: Link) -> str:
    role = field(person["role"])
    return f"{person['name']} ({role})" if person["name"] else f"the {role}"


def _files(files: Iterable[Link]) -> Iterator[Flowable]:
    rows = [
        [[cell(one["name"]), cell(f"sha-256 {one['sha256']}", CODE)], cell(one["id"], CODE),
         cell(f"{one['size']:,} bytes", AMOUNT)]
        for one in files
    ]  # fmt: skip
    yield space(3)
    yield table(("File", "Id", "Size"), rows, [100, 49])
    yield space(4)


def _of(kind: str, items: Links) -> list[Link]:
    return [link for link in items if link["kind"] == kind]


SECTIONS: tuple[tuple[str, Callable[[Links], Iterator[Flowable]]], ...] = (
    ("The parties", parties),
    ("What was agreed", terms),
    ("What was ordered", brief),
    ("What happened", timeline),
    ("In their words", words),
    ("Offers, verdicts and pauses", verdicts),
    ("Deliveries and their files", deliveries),
    ("The money", money),
    ("Proof of notice", notices),
)
"""In the order in which a judge asks."""
