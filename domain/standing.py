"""Who may work: what a person has signed, and what they answered on permission to work."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.errors import NdaMissing, NotAllowedToWork, WorkPermissionMissing


class Permission(StrEnum):
    """What the three answers mean: a tax form, a refusal, or a question for staff."""

    W9 = "w9"
    W8BEN = "w8ben"
    NOT_ALLOWED = "not_allowed"
    UNCLEAR = "unclear"

    @property
    def opens_work(self) -> bool:
        """Whether whoever answered so may work."""
        return self in (Permission.W9, Permission.W8BEN)


class Permitted(StrEnum):
    """The answer to the third question, asked of those who live in the US without citizenship."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not_sure"


class Standing(BaseModel):
    """What one person has signed and answered, as far as it opens work to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nda_signed: bool = False
    undertaking_signed: bool = False
    permission: Permission | None = None

    def require_to_work(self) -> None:
        """Raise what is missing before the first bid, contest entry, listing or acceptance."""
        if self.permission is Permission.NOT_ALLOWED:
            raise NotAllowedToWork
        if self.permission is None:
            raise WorkPermissionMissing
        if self.permission is Permission.UNCLEAR:
            raise WorkPermissionMissing("Staff still have to look at your permission to work")
        if not self.nda_signed:
            raise NdaMissing

    def require_to_mediate(self) -> None:
        """Raise what is missing before the first appointment as a mediator."""
        self.require_to_work()
        self.require_undertaking()

    def require_undertaking(self) -> None:
        """Raise when a mediator or one of staff has not promised to keep confidences."""
        if not self.undertaking_signed:
            raise NdaMissing("Sign the confidentiality undertaking first", agreement="undertaking")


def permission(*, us_citizen: bool, lives_in_us: bool, permitted: Permitted | None) -> Permission:
    """What the answers mean; ValueError when the third is needed and not given."""
    if us_citizen:
        return Permission.W9
    if not lives_in_us:
        return Permission.W8BEN
    match permitted:
        case Permitted.YES:
            return Permission.W9
        case Permitted.NO:
            return Permission.NOT_ALLOWED
        case Permitted.NOT_SURE:
            return Permission.UNCLEAR
        case None:
            raise ValueError("permission to work is asked of everybody who lives in the US")
