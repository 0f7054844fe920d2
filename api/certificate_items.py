"""What a certificate says: which work, from whom to whom, when, how, and under which terms."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api import case_words as words
from api.case_items import FILE
from domain.cases import Job
from domain.certificate import CLAUSE, origin
from ledger import certificates, reading
from papers.chain import Item


@dataclass(frozen=True)
class Passing:
    """All that was read of a job whose work changed hands."""

    job: Job
    event: RowMapping
    """With which it did."""
    texts: RowMapping
    names: Mapping[str, str]
    promise: RowMapping | None
    """The NDA the freelancer had signed."""
    warranty: RowMapping | None
    """Of ready work: by whom, as whose it was warranted."""
    entry: RowMapping | None
    deliveries: Sequence[RowMapping]
    files: Mapping[str, Sequence[RowMapping]]
    """By the delivery they came with."""


async def read(c: AsyncConnection, job: Job, event: RowMapping) -> Passing:
    """What the books say of it."""
    files: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in await reading.files(c, [job.id]):
        files[row["subject_id"]].append(row)
    return Passing(
        job=job,
        event=event,
        texts=await reading.texts(c, job.id),
        names=await reading.names(c, [job.client, job.freelancer]),
        promise=await certificates.promise(c, job.freelancer, event["at"]),
        warranty=await certificates.warranty(c, job),
        entry=await certificates.entry(c, job.id, event["step_id"]),
        deliveries=await reading.deliveries(c, job.id),
        files=files,
    )


def items(found: Passing) -> list[Item]:
    """The certificate's chain."""
    return [_passing(found), _terms(found), *_deliveries(found)]


def revoked(job: Job, event: RowMapping, row: RowMapping, sha256: str) -> Item:
    """That the work is not the client's any more, since when, and why."""
    content = {
        "certificate": row["id"],
        "sha256": sha256,
        "issued_at": words.moment(row["issued_at"]),
        "event": event["kind"],
        "words": words.happened(event),
        "job": {"id": job.id, "state": job.state.value, "version": job.version},
    }
    return Item("revocation", words.moment(event["at"]), content)


def _passing(found: Passing) -> Item:
    job, event = found.job, found.event
    content = {
        "work": {"id": job.id, "title": found.texts["title"]},
        "from": _person(found, "freelancer", job.freelancer),
        "to": _person(found, "client", job.client),
        "event": event["kind"],
        "words": words.happened(event),
        "state": event["state"],
        "version": event["version"],
        "step": event["step_id"],
        "origin": {"kind": origin(job).value, "id": job.origin},
        "entry": _entry(found.entry),
    }
    return Item("passing", words.moment(event["at"]), content)


def _terms(found: Passing) -> Item:
    terms, promise, warranty = found.job.terms, found.promise, found.warranty
    content = {
        "clause": CLAUSE,
        "policy_version": terms.policy.version,
        "price": {"amount_minor": terms.price_minor, "currency": terms.currency},
        # What the client asked besides opens with the brief; whoever has it compares its hash.
        "confidentiality": {"sha256": terms.confidentiality} if terms.confidentiality else None,
        "nda": promise
        and {
            "version": promise["version"],
            "in_force": promise["in_force"],
            "signed_at": words.moment(promise["signed_at"]),
            "full_name": promise["full_name"],
        },
        "warranty": warranty
        and {
            "warranted_by": warranty["warranted_by"],
            "warranted_at": words.moment(warranty["warranted_at"]),
        },
    }
    return Item("terms", words.moment(found.job.opened_at), content)


def _deliveries(found: Passing) -> Iterator[Item]:
    approved = found.event["facts"].get("delivery_id")
    for row in found.deliveries:
        content = {
            "id": row["id"],
            "number": row["number"],
            "note": row["note"],
            "approved": row["id"] == approved,
            "files": [{name: file[name] for name in FILE} for file in found.files[row["id"]]],
        }
        yield Item("delivery", words.moment(row["at"]), content)


def _person(found: Passing, role: str, who: str) -> dict[str, str]:
    return {"role": role, "id": who, "name": found.names[who]}


def _entry(row: RowMapping | None) -> dict[str, Any] | None:
    """What paid for it, and its place in the ledger's chain if it has one yet."""
    if row is None:
        return None
    seal = row["seal_n"] and {"n": row["seal_n"], "hash": row["seal_hash"].hex()}
    return {"reference": row["reference"], "entry": row["kind"], "seal": seal}
