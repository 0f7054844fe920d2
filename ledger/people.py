"""People: who they are, which roles they hold, and what opens work to them."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.standing import Permission, Permitted, Standing, permission
from ledger import agreements, ids, journal, passwords
from ledger.tables import person, work_permission

CURRENCIES = ("USD",)
ROLES = frozenset({"staff", "accounting", "mediator", "head_of_support", "head_of_accounting"})


async def create(
    c: AsyncConnection, *, email: str, name: str, password_hash: str, roles: Sequence[str] = ()
) -> str | None:
    """A new person with a wallet; their id, or None when the email is taken."""
    row = {"id": ids.fresh("user"), "email": email, "name": name, "roles": list(roles)}
    made: str | None = await c.scalar(
        insert(person)
        .values(**row, password_hash=password_hash)
        .on_conflict_do_nothing(index_elements=[person.c.email])
        .returning(person.c.id)
    )
    if made is not None:
        for currency in CURRENCIES:
            await journal.open_accounts(c, made, currency)
    return made


async def add_staff(
    engine: AsyncEngine, email: str, name: str, password: str, roles: Sequence[str]
) -> str:
    """A person of the house with these roles; ValueError for unknown roles or a taken email."""
    if not roles or not ROLES.issuperset(roles):
        raise ValueError(f"roles are some of {', '.join(sorted(ROLES))}")
    password_hash = await passwords.hashed(password)
    async with engine.begin() as c:
        made = await create(
            c, email=email.lower(), name=name, password_hash=password_hash, roles=roles
        )
    if made is None:
        raise ValueError(f"{email} is already registered")
    return made


async def hold(c: AsyncConnection, person_id: str) -> None:
    """Whatever else is decided of this person, and asks for this, waits until this is done."""
    row = select(person.c.id).where(person.c.id == person_id)
    await c.execute(row.with_for_update(key_share=True))


async def standing(c: AsyncConnection, person_id: str) -> Standing:
    """What the person has signed, of the texts in force, and answered."""
    answered = select(work_permission.c.result).where(work_permission.c.person_id == person_id)
    row = (
        await c.execute(
            select(
                agreements.signed("nda", person_id).label("nda"),
                agreements.signed("undertaking", person_id).label("undertaking"),
                answered.scalar_subquery().label("permission"),
            )
        )
    ).one()
    return Standing(
        nda_signed=row.nda,
        undertaking_signed=row.undertaking,
        permission=Permission(row.permission) if row.permission else None,
    )


async def answer(
    c: AsyncConnection,
    person_id: str,
    *,
    us_citizen: bool,
    lives_in_us: bool,
    permitted: Permitted | None,
) -> RowMapping:
    """Keep the three answers and what they mean; later ones replace earlier ones."""
    result = permission(us_citizen=us_citizen, lives_in_us=lives_in_us, permitted=permitted)
    answers = {
        "us_citizen": us_citizen,
        "lives_in_us": lives_in_us,
        "permitted_in_us": None if permitted in (None, "not_sure") else permitted == "yes",
        "result": result.value,
        "answered_at": func.now(),
    }
    query = (
        insert(work_permission)
        .values(person_id=person_id, **answers)
        .on_conflict_do_update(index_elements=[work_permission.c.person_id], set_=answers)
        .returning(work_permission)
    )
    kept: RowMapping = (await c.execute(query)).mappings().one()
    return kept


async def answers(c: AsyncConnection, person_id: str) -> RowMapping | None:
    """The three answers the person gave last."""
    query = select(work_permission).where(work_permission.c.person_id == person_id)
    return (await c.execute(query)).mappings().one_or_none()


async def of(c: AsyncConnection, person_id: str) -> RowMapping:
    """What the person may see of themselves."""
    shown = (person.c[name] for name in ("id", "email", "name", "roles", "start_when_funded"))
    query = select(*shown, person.c.created_at).where(person.c.id == person_id)
    return (await c.execute(query)).mappings().one()


async def roles(c: AsyncConnection, person_id: str) -> frozenset[str]:
    """What the person is to the house; nothing, when there is no such person."""
    return frozenset(await c.scalar(select(person.c.roles).where(person.c.id == person_id)) or ())


async def credentials(c: AsyncConnection, email: str) -> tuple[str, str] | None:
    """Id and password hash of whoever has this email."""
    query = select(person.c.id, person.c.password_hash).where(person.c.email == email)
    row = (await c.execute(query)).one_or_none()
    return (row.id, row.password_hash) if row else None


async def find(c: AsyncConnection, email_or_id: str) -> str | None:
    """The id of the person with this email or id."""
    query = select(person.c.id).where(
        or_(person.c.email == func.lower(literal(email_or_id)), person.c.id == email_or_id)
    )
    found: str | None = await c.scalar(query)
    return found


async def starts(c: AsyncConnection, person_id: str, wanted: bool | None) -> bool:
    """Whether this starts by itself when money comes: as they say, else as they prefer."""
    if wanted is not None:
        return wanted
    preferred: bool = (await of(c, person_id))["start_when_funded"]
    return preferred


async def prefer(c: AsyncConnection, person_id: str, *, start_when_funded: bool) -> None:
    """Whether waiting jobs start by themselves when money comes."""
    query = update(person).where(person.c.id == person_id)
    await c.execute(query.values(start_when_funded=start_when_funded))
