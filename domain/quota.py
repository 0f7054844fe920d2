"""How much one person may store."""

from pydantic import BaseModel, ConfigDict

from domain.errors import QuotaFull


class Used(BaseModel):
    """What somebody stores already, with what they are sending in parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    files: int


class Quota(BaseModel):
    """So many bytes in so many files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    files: int

    def require(self, used: Used, more_bytes: int = 0, more_files: int = 0) -> None:
        """Raise QuotaFull unless so much more fits; it says how much there is and may be."""
        if used.bytes + more_bytes <= self.bytes and used.files + more_files <= self.files:
            return
        raise QuotaFull(
            f"You may store {self.files} files of {self.bytes} bytes together",
            used_bytes=used.bytes,
            used_files=used.files,
            most_bytes=self.bytes,
            most_files=self.files,
        )
