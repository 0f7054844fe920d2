"""The items of a case file: who, what, when and with which words, as its reader may know it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping

from api import case_words as words
from api.sight import Sight
from domain.cases import Job, Role
from papers.chain import Item

FILE = ("id", "name", "content_type", "size", "sha256")


@dataclass(frozen=True)
class Story:
    """All that was read of a job in one transaction, and for whom."""

    job: Job
    reader: str
    seen: Sight
    people: Mapping[str, str]
    """Everybody the reader may know by name, and as whom they took part."""
    names: Mapping[str, str]
    texts: RowMapping
    brief_is_open: bool
    files: Mapping[str, Sequence[RowMapping]]
    """By the brief, delivery or instruction they came with."""
    events: Sequence[RowMapping]
    refused: Sequence[RowMapping]
    deliveries: Sequence[RowMapping]
    notices: Sequence[RowMapping]
    legs: Sequence[RowMapping]

    @property
    def whole(self) -> bool:
        """Whether the reader is of the house, from whom nothing is kept."""
        return self.seen.role is Role.STAFF


def items(story: Story) -> list[Item]:
    """The contract, then everything that happened, in its order."""
    told = (_events, _refused, _deliveries, _money, _notices)
    happened = [item for tell in told for item in tell(story)]
    happened.sort(key=lambda item: item.at or "")
    return [_parties(story), _terms(story), _brief(story), *happened]


def _parties(story: Story) -> Item:
    listed = [_person(story, who, None) for who in story.people]
    return Item("parties", None, {"parties": listed})


def _terms(story: Story) -> Item:
    return Item("terms", None, {"terms": words.terms(story.job.terms)})


def _brief(story: Story) -> Item:
    opened, text = story.brief_is_open, story.texts
    content = {
        "title": text["title"],
        "brief": text["body"] if opened else None,
        "files": _files(story, story.job.id) if opened else [],
        "confidentiality": words.confidentiality(
            story.job.terms, text["confidentiality"] if opened else None
        ),
    }
    return Item("brief", words.moment(story.job.opened_at), content)


def _events(story: Story) -> Iterator[Item]:
    """One item for each step, which may have changed the job and its dispute alike."""
    for _, rows in groupby(story.events, key=lambda row: row["step_id"]):
        changed = list(rows)
        yield Item("event", words.moment(changed[0]["at"]), _event(story, changed))


def _event(story: Story, changed: Sequence[RowMapping]) -> dict[str, Any]:
    row, whole = changed[0], story.seen.whole(changed[0])
    told = whole and row["instruction_id"] is not None
    return {
        "event": row["kind"],
        "words": words.happened(row),
        "by": _person(story, row["actor_id"], row["actor"]),
        "cases": [{"id": one["case_id"], "version": one["version"], "state": one["state"]}
                  for one in changed],
        "recorded_at": words.moment(row["recorded_at"]),
        "step": row["step_id"],
        "decision": dict(row["body"]) if told else None,
        "command": row["command"] if told else None,
        "received_at": words.moment(row["received_at"]) if told else None,
        "facts": story.seen.facts(row),
        "files": _files(story, row["instruction_id"]) if told else [],
    }  # fmt: skip


def _refused(story: Story) -> Iterator[Item]:
    """Decisions that came to nothing, such as an approval after the end; not what was in them."""
    for row in story.refused:
        if story.seen.refusal(row, story.reader):
            content = {
                "instruction": row["id"],
                "words": words.refused(row["command"]),
                "by": _person(story, row["caller_id"], row["role"]),
                "case": row["case_id"],
                "command": row["command"],
                "received_at": words.moment(row["received_at"]),
                "code": row["code"],
                "reason": row["detail"],
            }
            yield Item("refused", words.moment(row["decided_at"]), content)


def _deliveries(story: Story) -> Iterator[Item]:
    closed = story.seen.closed
    for row in story.deliveries:
        content = {
            "id": row["id"],
            "number": row["number"],
            "note": None if closed else row["note"],
            "files": [] if closed else _files(story, row["id"]),
        }
        yield Item("delivery", words.moment(row["at"]), content)


def _money(story: Story) -> Iterator[Item]:
    """The entries of the steps a mediator sees; the parties' and staff's, all."""
    steps = {row["step_id"] for row in story.events}
    for _, rows in groupby(story.legs, key=lambda row: row["entry_id"]):
        legs = list(rows)
        if story.seen.role is Role.MEDIATOR and legs[0]["cause"] not in steps:
            continue
        postings = _postings(story, legs)
        if not postings:
            # It moved money within somebody else's wallet, which is theirs alone.
            continue
        content = {
            "entry": legs[0]["entry_kind"],
            "reference": legs[0]["reference"],
            "cause": legs[0]["cause"],
            "recorded_at": words.moment(legs[0]["recorded_at"]),
            "postings": postings,
            "seal": _seal(legs[0]),
        }
        yield Item("money", words.moment(legs[0]["effective_at"]), content)


def _seal(leg: RowMapping) -> dict[str, Any] | None:
    """The entry's place in the ledger's chain, which every reconciling computes again."""
    return leg["seal_n"] and {"n": leg["seal_n"], "hash": leg["seal_hash"].hex()}


def _postings(story: Story, legs: Iterable[RowMapping]) -> list[dict[str, Any]]:
    """What changed on each account; of somebody else's wallet only its sum."""
    called = {who: f"the {role}" for who, role in story.people.items()}
    sums: dict[tuple[str, str, str], int] = {}
    for leg in legs:
        whole = story.whole or leg["owner"] == story.reader
        name = words.account(leg["kind"], leg["owner"], called, whole=whole)
        place = name, leg["owner"], leg["currency"]
        sums[place] = sums.get(place, 0) + leg["amount_minor"]
    return [
        {
            "account": name,
            "owner": owner if owner in story.people or not owner.startswith("user_") else None,
            "amount": {"amount_minor": minor, "currency": currency},
            "words": f"{name}: {words.signed(minor, currency)}",
        }
        for (name, owner, currency), minor in sums.items()
        if minor
    ]


def _notices(story: Story) -> Iterator[Item]:
    """What the parties were told, and the reader; staff's own notices are staff's."""
    parties = {story.job.client, story.job.freelancer, story.reader}
    for row in story.notices:
        if story.whole or row["person_id"] in parties:
            yield Item("notice", words.moment(row["at"]), _notice(story, row))


def _notice(story: Story, row: RowMapping) -> dict[str, Any]:
    whole = story.whole or row["person_id"] == story.reader
    address, answer = row["address"], row["answer"]
    if not story.whole:
        answer = words.heard(answer, row["status"])
    mail = row["mail_id"] and {
        "id": row["mail_id"],
        "address": address if whole else words.server_of(address),
        "status": row["status"],
        "attempts": row["attempts"],
        "answer": answer if whole else words.answered(answer, address),
        "settled_at": words.moment(row["settled_at"]),
    }
    return {
        "id": row["id"],
        "case": row["case_id"],
        "to": _person(story, row["person_id"], None),
        "notice": row["kind"],
        "subject": row["subject"],
        "text": row["body"],
        "proves_notice_of": row["proves"],
        "mail": mail,
        "opened_at": words.moment(row["opened_at"]),
    }


def _person(story: Story, who: str | None, role: str | None) -> dict[str, Any]:
    """Somebody as the reader may know them: staff and those who left, by their role alone."""
    known = who in story.people
    return {
        "role": role or story.people.get(who or "", "staff"),
        "id": who if known else None,
        "name": story.names.get(who or "") if known else None,
    }


def _files(story: Story, subject: str) -> list[dict[str, Any]]:
    return [{name: row[name] for name in FILE} for row in story.files.get(subject, ())]
