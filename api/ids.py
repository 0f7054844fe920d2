"""Ids in addresses: what is not even shaped like one names nothing."""

import re
from typing import Annotated

from pydantic import AfterValidator

from api.problems import Problem


def shaped(prefix: str) -> str:
    """The pattern of a TypeID with this prefix (a pattern too)."""
    return prefix + "_[0-7][0-9a-hjkmnp-tv-z]{25}"


def path_id(prefix: str) -> AfterValidator:
    """A check that the id is a TypeID with this prefix (a pattern); anything else is 404."""
    shape = re.compile(shaped(prefix))

    def named(text: str) -> str:
        if not shape.fullmatch(text):
            raise Problem("not_found")
        return text

    return AfterValidator(named)


CASES = "job|dispute|deposit|withdrawal|refund|chargeback|project|contest|basket"
CaseId = Annotated[str, path_id(f"(?:{CASES})")]
ProjectId = Annotated[str, path_id("project")]
ContestId = Annotated[str, path_id("contest")]
ContestEntryId = Annotated[str, path_id("contestentry")]
BasketId = Annotated[str, path_id("basket")]
FreelancerId = Annotated[str, path_id("user")]
ListingId = Annotated[str, path_id("listing")]
BidId = Annotated[str, path_id("bid")]
JobId = Annotated[str, path_id("job")]
DepositId = Annotated[str, path_id("deposit")]
CertificateId = Annotated[str, path_id("certificate")]
ChargebackId = Annotated[str, path_id("chargeback")]
DifferenceId = Annotated[str, path_id("difference")]
RefundId = Annotated[str, path_id("refund")]
WithdrawalId = Annotated[str, path_id("withdrawal")]
DisputeId = Annotated[str, path_id("dispute")]
InstructionId = Annotated[str, path_id("instruction")]
FileId = Annotated[str, path_id("file")]
DeliveryId = Annotated[str, path_id("delivery")]
UploadId = Annotated[str, path_id("upload")]
NoticeId = Annotated[str, path_id("notice")]
ReceiptId = Annotated[str, path_id("receipt")]
TaxFormId = Annotated[str, path_id("taxform")]
TaskId = Annotated[str, path_id("task")]
PersonId = Annotated[str, path_id("user")]


_ENTRY = re.compile(r"[!-~]{1,300}")


def _entry_name(text: str) -> str:
    if not _ENTRY.fullmatch(text):
        raise Problem("not_found")
    return text


EntryName = Annotated[str, AfterValidator(_entry_name)]
"""What may be a journal entry's reference (`job/<id>/release`) or id."""
