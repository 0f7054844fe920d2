"""Bank statements as ISO 20022 has them (camt.053): their booked entries, which must add up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from domain.money import show
from papers.bank_lines import Line, References, Unreadable, currency, day, minor, reading, shown
from papers.camt_xml import Element, elements

NAMESPACES = frozenset(f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{n}" for n in ("02", "08"))
BOOKED = "BOOK"
NOT_BOOKED = frozenset({"PDNG", "INFO", "FUTR"})
"""States of entries that are in no balance, and no lines."""
RETURNS = frozenset({"RRTN", "RPCR", "UPCQ", "UPCT", "UPDD"})
"""Families of transactions that take back one before: returned, recalled, unpaid."""
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
TIME_OR_ZONE = re.compile(r"(T[0-9:.]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$")


@dataclass(frozen=True, slots=True)
class Part:
    """A payment within an entry: a bank may book many at once."""

    amount_minor: int | None = None
    """Signed; not known if only the entry has an amount."""
    reference: str = ""
    counterparty: str = ""
    text: str = ""
    end_to_end_id: str = ""
    returned: bool = False


def lines(stream: BinaryIO) -> tuple[Line, ...]:
    """All booked movements of this file (which can seek), in its order; or Unreadable."""
    return tuple(_lines(stream))


def _lines(stream: BinaryIO) -> Iterator[Line]:
    reader, entries, statements = _Reader(), 0, 0
    for element in elements(stream, NAMESPACES, ("TxDtls", "Ntry", "Stmt")):
        match element.name:
            case "TxDtls":
                with reading(f"entry {entries + 1} (line {element.line})"):
                    reader.part(element)
            case "Ntry":
                entries += 1
                with reading(f"entry {entries} (line {element.line})"):
                    yield from reader.entry(element)
            case _:
                statements += 1
                with reading(f"statement {statements} (line {element.line})"):
                    reader.close(element)
    if not statements:
        raise Unreadable("the file", "it holds no statement")


class _Reader:
    """What the statement that is being read has said so far."""

    def __init__(self) -> None:
        self._references = References()
        self._parts: list[Part] = []
        self._sum_minor = 0

    def part(self, details: Element) -> None:
        """Keep one payment of the entry that is being read."""
        self._parts.append(_part(details, details.within("Ntry")))

    def entry(self, entry: Element) -> Iterator[Line]:
        """The lines of a booked entry: as many as payments it tells apart, else one."""
        parts, self._parts = self._parts, []
        if not _is_booked(entry):
            return
        whole = _whole(entry, entry.within("Stmt"), parts)
        self._references.new(whole.account, whole.reference)
        self._sum_minor += whole.amount_minor
        # What moves nothing is no movement.
        yield from (line for line in self._told_apart(whole, parts) if line.amount_minor)

    def close(self, statement: Element) -> None:
        """Both balances must be there, and differ by what was booked."""
        opening, closing = _balance(statement, OPENING), _balance(statement, CLOSING)
        booked, self._sum_minor = self._sum_minor, 0
        if opening + booked != closing:
            raise ValueError(
                f"the closing balance is {show(closing)}, but the opening balance and the entries"
                f" make {show(opening + booked)}"
            )

    def _told_apart(self, whole: Line, parts: Sequence[Part]) -> Iterator[Line]:
        amounts = [part.amount_minor for part in parts if part.amount_minor is not None]
        if len(parts) < 2 or not amounts:
            yield _line(whole, parts[0] if len(parts) == 1 else Part(), whole.amount_minor)
            return
        if len(amounts) < len(parts) or sum(amounts) != whole.amount_minor:
            raise ValueError(f"its payments are not those of its sum, {show(whole.amount_minor)}")
        for number, (part, amount_minor) in enumerate(zip(parts, amounts, strict=True), 1):
            reference = self._references.new(whole.account, f"{whole.reference}/{number}")
            yield replace(_line(whole, part, amount_minor), reference=reference)


def _whole(entry: Element, statement: Element, parts: Sequence[Part]) -> Line:
    """The entry as one line, without what only its payments say."""
    return Line(
        account=statement.text("Acct/Id/IBAN", "Acct/Id/Othr/Id"),
        reference=_reference(entry, parts, statement),
        booked_on=_booked_on(entry),
        amount_minor=_signed(entry, _way(entry)),
        currency=entry.attribute("Amt", "Ccy"),
        text=shown(entry.texts("AddtlNtryInf")),
        returned=_takes_back(entry),
    )


def _line(whole: Line, part: Part, amount_minor: int) -> Line:
    return replace(
        whole,
        amount_minor=amount_minor,
        counterparty=part.counterparty,
        text=part.text or whole.text,
        end_to_end_id=part.end_to_end_id,
        returned=part.returned or whole.returned,
    )


def _part(details: Element, entry: Element) -> Part:
    way = _way(details) or _way(entry)
    returned = details.has("RtrInf") or _takes_back(details) or _takes_back(entry)
    named = shown([details.text("Refs/EndToEndId")])
    return Part(
        amount_minor=_own_amount(details, way, entry.attribute("Amt", "Ccy")),
        reference=details.text("Refs/AcctSvcrRef"),
        counterparty=_counterparty(details, way, returned=returned),
        text=shown(details.texts("RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref"))
        or shown(details.texts("AddtlTxInf")),
        end_to_end_id="" if named == "NOTPROVIDED" else named,
        returned=returned,
    )


def _own_amount(details: Element, way: str, code: str) -> int | None:
    """What one payment added to the entry; abroad it may have been sent in another currency."""
    for around in (details, *details.all("AmtDtls/TxAmt")):
        if around.has("Amt") and around.attribute("Amt", "Ccy") == code:
            return _signed(around, way)
    return None


def _counterparty(details: Element, way: str, *, returned: bool) -> str:
    """Who paid what came, or was paid what went; of a return, who had been paid, or had paid."""
    sides = ["Dbtr", "Cdtr"] if (way == "CRDT") != returned else ["Cdtr", "Dbtr"]
    names = (
        details.text(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm")
        # The other side of what was not returned is ourselves.
        for side in (sides if returned else sides[:1])
    )
    return shown([next(filter(None, names), "")])


def _reference(entry: Element, parts: Sequence[Part], statement: Element) -> str:
    """The bank's own for ever; else its number within this statement."""
    if own := entry.text("AcctSvcrRef") or (parts[0].reference if len(parts) == 1 else ""):
        return own
    number, name = entry.text("NtryRef"), statement.text("Id")
    return f"{name}/{number}" if number and name else ""


def _is_booked(entry: Element) -> bool:
    state = entry.text("Sts", "Sts/Cd")
    if state != BOOKED and state not in NOT_BOOKED:
        raise ValueError(f"its state {state[:10]!r} is unknown")
    return state == BOOKED


def _way(of: Element) -> str:
    return of.text("CdtDbtInd")


def _signed(of: Element, way: str) -> int:
    """The amount of an element in minor units, above zero what came."""
    currency(of.attribute("Amt", "Ccy"))
    amount_minor = minor(of.text("Amt"))
    if way not in ("CRDT", "DBIT"):
        raise ValueError("it is neither credit nor debit")
    return amount_minor if way == "CRDT" else -amount_minor


def _booked_on(entry: Element) -> date:
    return day(TIME_OR_ZONE.sub("", entry.text("BookgDt/Dt", "BookgDt/DtTm")))


def _takes_back(of: Element) -> bool:
    reversal = of.text("RvslInd") in ("true", "1")
    return reversal or of.text("BkTxCd/Domn/Fmly/SubFmlyCd") in RETURNS


def _balance(statement: Element, codes: Sequence[str]) -> int:
    """The first balance of these kinds, in minor units."""
    found = {one.text("Tp/CdOrPrtry/Cd"): one for one in reversed([*statement.all("Bal")])}
    balance = next((found[code] for code in codes if code in found), None)
    if balance is None:
        raise ValueError(f"it has no balance {' or '.join(codes)}")
    return _signed(balance, _way(balance))
