"""New ids for what is made at the door: TypeIDs, sortable by the time they were made."""

from typeid import TypeID


def fresh(prefix: str) -> str:
    """A new id, such as `user_01h…`."""
    return str(TypeID(prefix=prefix))
