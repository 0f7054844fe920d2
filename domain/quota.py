"""How much one person may store, and that nobody who has a job is kept from delivering."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.errors import QuotaFull


class Amount(BaseModel):
    """So many bytes in so many files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    files: int

    def holds(self, used: "Amount", more_bytes: int, more_files: int) -> bool:
        """Whether so much more fits beside what is there."""
        return used.bytes + more_bytes <= self.bytes and used.files + more_files <= self.files

    @classmethod
    def nothing(cls) -> Self:
        """No file at all."""
        return cls(bytes=0, files=0)


class Used(Amount):
    """What somebody stores and is sending in parts; what was delivered is its job's, not theirs."""

    unused: Amount = Amount.nothing()
    """Of it, what nothing refers to: so much room they can make by themselves."""
    working: bool = False
    """Whether a job of theirs runs, which they must be able to deliver."""


class Quota(Amount):
    """How much that may be."""

    to_deliver: Amount = Amount.nothing()
    """Whoever has a job that runs may store so much unused, whatever else they store."""

    def require(self, used: Used, more_bytes: int = 0, more_files: int = 0) -> None:
        """Raise QuotaFull unless so much more fits; it says how much there is and may be."""
        if self.holds(used, more_bytes, more_files):
            return
        if used.working and self.to_deliver.holds(used.unused, more_bytes, more_files):
            return
        raise self._full(used, "")

    def require_to_keep(self, used: Used) -> None:
        """Raise QuotaFull when they store more: what is beyond it may be delivered, and no more."""
        if not self.holds(used, 0, 0):
            raise self._full(used, ", and more than that you may only deliver")

    def _full(self, used: Used, more: str) -> QuotaFull:
        return QuotaFull(
            f"You may store {self.files} files of {self.bytes} bytes together{more}; what you have"
            " handed over nowhere you can delete",
            used_bytes=used.bytes,
            used_files=used.files,
            unused_bytes=used.unused.bytes,
            unused_files=used.unused.files,
            most_bytes=self.bytes,
            most_files=self.files,
        )
