"""Jobs that begin with a step of another case: rows, texts, escrows, and what people are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cases import Job
from domain.decide import Decision
from domain.listing import is_purchase
from domain.outcome import CaseBrief, brief
from domain.process import Scene
from ledger import bids, cases, contest_entries, files, journal, listings, mails
from ledger.tables import attachment
from ledger.tables import brief as texts


@dataclass
class Openings:
    """What is written for the jobs that a step opens, each under the name it has in the step."""

    opened: list[dict[str, Any]] = field(default_factory=list)
    briefs: list[dict[str, Any]] = field(default_factory=list)
    escrows: list[dict[str, Any]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    starts: tuple[CaseBrief, ...] = ()
    """The workflows that begin to live them."""

    @property
    def rows(self) -> Mapping[str, list[Any]]:
        """All of it but the workflows."""
        return {name: rows for name, rows in vars(self).items() if name != "starts"}


@dataclass(frozen=True)
class Text:
    """What a job is about, the files that come with its brief, and those of its delivery."""

    title: str
    body: str
    own: str | None = None
    """Its client's own terms of confidentiality."""
    files: tuple[str, ...] = ()
    delivered: tuple[str, ...] = ()


async def of(c: AsyncConnection, scene: Scene, decisions: Iterable[Decision]) -> Openings:
    """Everything that is written for these jobs."""
    made = Openings()
    for one in decisions:
        job = one.job
        assert job is not None, "what is opened is a job"
        about = await _text(c, job, one.facts)
        letters = await mails.letters(c, job.id, about.title, one.notices, scene.at)
        made.opened.append(cases.new_row(job))
        texts = {"title": about.title, "body": about.body, "confidentiality": about.own}
        made.briefs.append({"case_id": job.id, **texts})
        made.escrows.append({"owner": job.id, "currency": job.terms.currency})
        made.attachments += files.attachments(about.files, job.id, job.id)
        for number, delivery in enumerate(job.deliveries, 1):
            row = {"id": delivery, "case_id": job.id, "number": number, "note": ""}
            made.deliveries.append(row | {"at": scene.at})
            made.attachments += files.attachments(about.delivered, job.id, delivery)
        made.entries += journal.as_rows(
            one.entries, case_id=job.id, cause=scene.step_id, effective_at=scene.at
        )
        made.notices += letters.notices
        made.mails += letters.mails
        made.starts += (brief(job, None, job),)
    return made


async def settle(c: AsyncConnection, decisions: Iterable[Decision]) -> None:
    """These jobs are written: what they came from names them."""
    for one in decisions:
        assert one.job is not None, "what is opened is a job"
        if one.job.prize_of is not None:
            await contest_entries.awarded(c, one.job, one.facts)
        else:
            await (listings.sold if is_purchase(one.job) else bids.awarded)(c, one.job)


async def _text(c: AsyncConnection, job: Job, facts: Mapping[str, Any]) -> Text:
    """A purchase is about its listing, and delivered with it; else it was a bid or an entry."""
    assert job.origin is not None, "it begins with a step of something"
    if not is_purchase(job):
        return await _of_choice(c, job, facts)
    found = await listings.find(c, job.origin)
    assert found is not None, "listings are never deleted"
    row, listing = found
    return Text(row["title"], row["description"], delivered=listing.files)


async def _of_choice(c: AsyncConnection, job: Job, facts: Mapping[str, Any]) -> Text:
    """It is about its project or contest, and what the freelancer wrote for that."""
    about = select(texts).where(texts.c.case_id == job.origin)
    row = (await c.execute(about)).one()
    handed = select(attachment.c.file_id).where(attachment.c.subject_id == job.origin)
    if job.prize_of is None:
        promised = f"The bid:\n{await bids.promised(c, job)}"
    else:
        promised = await contest_entries.won(c, facts["entry"])
    body = f"{row.body}\n\n{promised}"
    return Text(row.title, body, row.confidentiality, tuple(await c.scalars(handed)))
