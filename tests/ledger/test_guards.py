"""The rules of the book hold against the owner of the schema too, in plain SQL."""

from typing import NamedTuple

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import flows
from domain.accounts import Kind
from tests.ledger import acts

ENTRY = """
    insert into journal_entry (reference, kind, cause, effective_at, request_hash, leg_count)
    values ('attempt', 'x', 'x', now(), 'x', 2)
"""
CLOSED_TASK = """
    insert into staff_task (id, kind, what, closed_at, closed_by, reason)
    select 'task_1', 'x', 'x', now(), id, 'x' from person limit 1
"""
TAX_FORM = """
    insert into tax_form (id, person_id, kind, state, payload, key_id, tin_type, full_name,
                          certification, signed_on)
    select 'taxform_1', id, 'w9', '{}', 'x', 'k', 'ssn', 'x', 1, now() from person limit 1
"""
DIFFERENCE = """
    insert into difference (id, source, key, currency, side, here_minor, here_fee_minor,
                            there_minor, there_fee_minor, gone_at)
    values ('difference_1', 'bank', 'x', 'USD', 'only there', 0, 0, 5, 0, {})
"""
PROPOSED = """
    insert into clearance (id, difference_id, kind, reason, amount_minor, fee_minor, proposed_by)
    values ('clearance_1', 'difference_1', 'losses', 'x', 5, 0, 'client_of_job_guards')
"""
SECOND = "insert into person (id, email, name, password_hash) values ('second', 's@x', 'S', 'x')"
CONFIRMED = """
    update clearance set confirmed_by = {0}, confirmed_at = {1}, confirmed_because = {0}
"""
PROPOSAL = (DIFFERENCE.format("null"), SECOND, PROPOSED)
METHOD = """
    insert into payout_method (id, person_id, via, payload, key_id, last_four, replaced_at)
    select 'method_1', id, 'iban', 'x', 'k', '1234', now() from person limit 1
"""
CLEARED = """
    insert into link_decision (id, one_id, other_id, linked, reason, decided_by, replaced_at)
    select 'link_1', least(id, 'answerer'), greatest(id, 'answerer'), false, 'x', 'second', now()
      from person where id not in ('answerer', 'second') limit 1
"""
RUN = """
    insert into payment_run (payment_date, execute_on, approved_by)
    select '2026-01-15', '2026-01-15', id from person limit 1
"""
ANSWERER = """
    insert into person (id, email, name, password_hash) values ('answerer', 'answerer@x', 'A', 'x')
"""
PAID = """
    insert into payout (withdrawal_id, payment_date, person_id, method_id, via, amount_minor,
                        currency, outcome, answered_by, answered_at)
    select c.id, '2026-01-15', m.person_id, m.id, 'iban', 1, 'USD', 'paid', 'answerer', now()
      from cases c, payout_method m
     where c.id = 'job_guards' and m.id = 'method_1'
"""
OWN_PAYOUT = "insert into processor_payout values ('po_1', '2026-01-15', 'T 1')"
SIGNED_FORM = TAX_FORM.format("signed")
THIS = "currval('journal_entry_id_seq')"
FINISHED = "(select id from journal_entry where reference = 'finished')"


def legs(*changes: str, seq: int = 1, off: int = 0, entry: str = THIS) -> str:
    """One statement that adds legs: `kind owner currency amount` each, continuing its account."""
    rows = ", ".join("('{}', '{}', '{}', {})".format(*change.split()) for change in changes)
    return f"""
        insert into leg (account_id, account_seq, entry_id, amount_minor, balance_after)
        select a.id, a.seq + {seq}, {entry}, v.amount, a.balance_minor + v.amount + {off}
          from (values {rows}) v (kind, owner, currency, amount)
          join account a using (kind, owner, currency)
    """


class Attempt(NamedTuple):
    """Statements of one transaction, and the trigger that refuses them."""

    trigger: str
    statements: tuple[str, ...]
    sqlstate: str = "PK003"


UP, DOWN = "credits ana USD 5", "credits ben USD -5"
ATTEMPTS = {
    "legs that do not add up to zero": Attempt(
        "legs_added", (ENTRY, legs(UP, "credits ben USD -4"))
    ),
    "legs that add up to zero only across currencies": Attempt(
        "legs_added", (ENTRY, legs(UP, "credits ana EUR -5"))
    ),
    "fewer legs than the entry says": Attempt("legs_added", (ENTRY, legs(UP))),
    "more legs than the entry says": Attempt(
        "legs_added", (ENTRY, legs(UP, "credits ben USD -4", "credits cho USD -1"))
    ),
    "legs in two statements": Attempt("legs_added", (ENTRY, legs(UP), legs(DOWN))),
    "more legs in a second statement": Attempt(
        "legs_added", (ENTRY, legs(UP, DOWN), legs(UP, DOWN))
    ),
    "legs for the entry of an earlier transaction": Attempt(
        "legs_added", (legs(UP, DOWN, entry=FINISHED),)
    ),
    "a gap in an account's legs": Attempt("legs_added", (ENTRY, legs(UP, DOWN, seq=2))),
    "a balance that is not the last one plus the amount": Attempt(
        "legs_added", (ENTRY, legs(UP, DOWN, off=1))
    ),
    "a leg that breaks a floor": Attempt(
        "legs_added", (ENTRY, legs("credits ana USD 5000", "credits ben USD -5000")), "PK002"
    ),
    "a leg that breaks a ceiling": Attempt(
        "legs_added", (ENTRY, legs("receivable ana USD 5", DOWN)), "PK002"
    ),
    "an entry without legs": Attempt("entry_has_legs", (ENTRY,)),
    "a changed leg": Attempt("leg_is_final", ("update leg set amount_minor = 1",)),
    "a deleted leg": Attempt("leg_is_final", ("delete from leg",)),
    "truncated legs": Attempt("leg_is_final", ("truncate leg",)),
    "a changed entry": Attempt("entry_is_final", ("update journal_entry set kind = 'y'",)),
    "a deleted entry": Attempt("entry_is_final", ("delete from journal_entry",)),
    "truncated entries": Attempt("entry_is_final", ("truncate journal_entry cascade",)),
    "a changed seal": Attempt("seal_is_final", ("update seal set n = n + 1",)),
    "a deleted seal": Attempt("seal_is_final", ("delete from seal",)),
    "truncated seals": Attempt("seal_is_final", ("truncate seal",)),
    "an account that begins with money": Attempt(
        "account_is_new",
        ("insert into account values (1, 'eve', 'credits', 'USD', 0, 0, null, 5, 0)",),
    ),
    "an account without its kind's floor": Attempt(
        "account_is_new",
        ("insert into account values (1, 'eve', 'credits', 'USD', 0, null, null, 0, 0)",),
    ),
    "an account out of the order of locks": Attempt(
        "account_is_new",
        ("insert into account values (1, 'eve', 'credits', 'USD', 0, 0, null, 0, 0)",),
    ),
    "a second account of a person": Attempt(
        "account_is_new",
        ("insert into account values (1099511627999, 'ana', 'credits', 'USD', 1, 0, null, 0, 0)",),
    ),
    "a balance without a leg": Attempt(
        "account_follows_legs", ("update account set balance_minor = 5",)
    ),
    "a number without a leg": Attempt("account_follows_legs", ("update account set seq = 0",)),
    "an account of another kind": Attempt(
        "account_follows_legs", ("update account set kind = 'earnings'",)
    ),
    "a floor that moves": Attempt("account_follows_legs", ("update account set floor = null",)),
    "a deleted account": Attempt("account_stays", ("delete from account",)),
    "truncated accounts": Attempt("account_stays", ("truncate account cascade",)),
    "a changed event": Attempt("event_is_final", ("update event set kind = 'y'",)),
    "a deleted event": Attempt("event_is_final", ("delete from event",)),
    "truncated events": Attempt("event_is_final", ("truncate event",)),
    "an instruction that says something else": Attempt(
        "instruction_stays_itself", ("update instruction set command = 'y'",)
    ),
    "a second outcome": Attempt(
        "decided_once", ("update instruction set outcome = '{}' where outcome is not null",)
    ),
    "an outcome taken back": Attempt(
        "decided_once", ("update instruction set outcome = null, decided_at = null",)
    ),
    "a deleted instruction": Attempt("instruction_stays", ("delete from instruction",)),
    "a trace that changes": Attempt(
        "instruction_keeps_its_trace", ("update instruction set traceparent = 'y'",)
    ),
    "a closed task that opens again": Attempt(
        "closed_once",
        (CLOSED_TASK, "update staff_task set closed_at = null, closed_by = null, reason = null"),
    ),
    "a deleted task": Attempt("staff_task_stays", ("delete from staff_task",)),
    "truncated tasks": Attempt("staff_task_stays", ("truncate staff_task",)),
    "a task with more time": Attempt(
        "staff_task_keeps_its_time", ("update staff_task set due_at = now()",)
    ),
    "a reminder that was none": Attempt(
        "tax_form_reminder_is_final", ("delete from tax_form_reminder",)
    ),
    "another reminder": Attempt(
        "tax_form_reminder_is_final", ("update tax_form_reminder set days = 1",)
    ),
    "truncated reminders": Attempt("tax_form_reminder_is_final", ("truncate tax_form_reminder",)),
    "a tax form that begins as if it were over": Attempt(
        "tax_form_moves", (TAX_FORM.format("superseded"),)
    ),
    "a tax form that says something else": Attempt(
        "tax_form_moves", (SIGNED_FORM, "update tax_form set payload = 'y'")
    ),
    "a tax form in force that waits for a check": Attempt(
        "tax_form_moves", (SIGNED_FORM, "update tax_form set state = 'rejected'")
    ),
    "a deleted tax form": Attempt("tax_form_stays", ("delete from tax_form",)),
    "truncated tax forms": Attempt("tax_form_stays", ("truncate tax_form cascade",)),
    "another reason to have read a tax form": Attempt(
        "tax_access_is_final", ("update tax_access set purpose = 'signer'",)
    ),
    "a look at a tax form that was none": Attempt(
        "tax_access_is_final", ("delete from tax_access",)
    ),
    "no looks at tax forms": Attempt("tax_access_is_final", ("truncate tax_access",)),
    "a certificate that says something else": Attempt(
        "certificate_is_final", ("update certificate set document = 'y'",)
    ),
    "a deleted certificate": Attempt("certificate_is_final", ("delete from certificate",)),
    "no certificates": Attempt("certificate_is_final", ("truncate certificate cascade",)),
    "a look into a case that was somebody else's": Attempt(
        "case_access_is_final", ("update case_access set person_id = 'y'",)
    ),
    "a look into a case that was none": Attempt(
        "case_access_is_final", ("delete from case_access",)
    ),
    "no looks into cases": Attempt("case_access_is_final", ("truncate case_access",)),
    "a line of the outside that says something else": Attempt(
        "outside_line_is_final", ("update outside_line set amount_minor = 1",)
    ),
    "a deleted line of the outside": Attempt(
        "outside_line_is_final", ("delete from outside_line",)
    ),
    "truncated lines of the outside": Attempt("outside_line_is_final", ("truncate outside_line",)),
    "another name at the bank for a payout to us": Attempt(
        "processor_payout_is_known",
        (OWN_PAYOUT, "update processor_payout set bank_reference = 'T 2'"),
    ),
    "a deleted payout to us": Attempt("processor_payout_stays", ("delete from processor_payout",)),
    "truncated payouts to us": Attempt("processor_payout_stays", ("truncate processor_payout",)),
    "a difference that is over and comes back": Attempt(
        "difference_is_over", (DIFFERENCE.format("now()"), "update difference set gone_at = null")
    ),
    "a difference about something else": Attempt(
        "difference_keeps_its_name", (DIFFERENCE.format("null"), "update difference set key = 'y'")
    ),
    "a deleted difference": Attempt("difference_stays", ("delete from difference",)),
    "truncated differences": Attempt("difference_stays", ("truncate difference cascade",)),
    "a confirmation taken back": Attempt(
        "clearance_is_over",
        (*PROPOSAL, CONFIRMED.format("'second'", "now()"), CONFIRMED.format("null", "null")),
    ),
    "a proposal that says something else": Attempt(
        "clearance_says_the_same", (*PROPOSAL, "update clearance set kind = 'suspense'")
    ),
    "a deleted proposal": Attempt("clearance_stays", ("delete from clearance",)),
    "truncated proposals": Attempt("clearance_stays", ("truncate clearance",)),
    "a payout method that comes back": Attempt(
        "payout_method_replaced_once", (METHOD, "update payout_method set replaced_at = null")
    ),
    "a deleted payout method": Attempt("payout_method_stays", ("delete from payout_method",)),
    "truncated payout methods": Attempt("payout_method_stays", ("truncate payout_method cascade",)),
    "a word of staff on a link that comes back": Attempt(
        "link_decision_replaced_once",
        (ANSWERER, SECOND, CLEARED, "update link_decision set replaced_at = null"),
    ),
    "a deleted word of staff on a link": Attempt(
        "link_decision_stays", ("delete from link_decision",)
    ),
    "truncated words of staff on links": Attempt(
        "link_decision_stays", ("truncate link_decision",)
    ),
    "a payment run on another day": Attempt(
        "payment_run_is_final", ("update payment_run set execute_on = now()",)
    ),
    "a deleted payment run": Attempt("payment_run_is_final", ("delete from payment_run",)),
    "truncated payment runs": Attempt("payment_run_is_final", ("truncate payment_run cascade",)),
    "a payout that was paid and failed": Attempt(
        "payout_moves",
        (METHOD, RUN, ANSWERER, PAID, "update payout set outcome = 'failed', reason = 'x'"),
    ),
    "a payout of another sum": Attempt(
        "payout_moves", (METHOD, RUN, ANSWERER, PAID, "update payout set amount_minor = 2")
    ),
    "a deleted payout": Attempt("payout_stays", ("delete from payout",)),
    "truncated payouts": Attempt("payout_stays", ("truncate payout",)),
    "truncated instructions": Attempt("instruction_stays", ("truncate instruction cascade",)),
}


@pytest.fixture(scope="module", autouse=True)
async def standing(app: AsyncEngine, owner: AsyncEngine) -> None:
    """Ana, Ben and Cho have money; one entry is finished, and one instruction decided."""
    deposits = [
        flows.deposit(f"guards-{who}-{currency}", who, 100, Kind.BANK_CLEARING, currency)
        for who in ("ana", "ben", "cho")
        for currency in ("USD", "EUR")
    ]
    await acts.post(app, *deposits, acts.transfer("ana", "ben", 1, "finished"))
    async with app.begin() as c:
        await c.execute(text("select open_accounts('ana', 'USD')"))
        for statement in acts.DECIDED_CASE.format(case="job_guards").split(";"):
            await c.execute(text(statement))


@pytest.mark.parametrize("what", ATTEMPTS)
async def test_the_owner_of_the_schema_cannot_write(owner: AsyncEngine, what: str) -> None:
    """Each of these is refused with its own SQLSTATE, at once or at the commit."""
    assert await acts.refusal(owner, *ATTEMPTS[what].statements) == ATTEMPTS[what].sqlstate


@pytest.mark.parametrize("what", ATTEMPTS)
async def test_without_its_guard_nothing_says_the_same(owner: AsyncEngine, what: str) -> None:
    """Each attempt fails by the trigger it is there for, not by luck."""
    trigger, statements, _ = ATTEMPTS[what]
    query = """select relname from pg_trigger join pg_class c on c.oid = tgrelid
                where tgname = :name"""
    async with owner.connect() as c:
        table = await c.scalar(text(query), {"name": trigger})
    unguarded = f"alter table {table} disable trigger {trigger}"
    guarded = await _complaint(owner, *statements)
    assert guarded is not None
    assert await _complaint(owner, unguarded, *statements) != guarded


async def _complaint(owner: AsyncEngine, *statements: str) -> str | None:
    """What PostgreSQL says to these, at the latest when they would be committed."""
    async with owner.connect() as c:
        try:
            for statement in (*statements, "set constraints all immediate"):
                await c.execute(text(statement))
        except DBAPIError as refused:
            return str(refused.orig)
        finally:
            await c.rollback()
    return None


async def test_what_follows_the_rules_can_be_written_by_hand(owner: AsyncEngine) -> None:
    """The attempts fail for their fault alone: without one, legs move the balances themselves."""
    before = (await acts.wallet(owner, "ana")).credits
    async with owner.begin() as c:
        for statement in (ENTRY.replace("attempt", "by hand"), legs(UP, DOWN)):
            await c.execute(text(statement))
    assert (await acts.wallet(owner, "ana")).credits == before + 5


WRITERS = {"case_finds_its_client"}
"""Triggers that write something and refuse nothing."""


async def test_every_trigger_has_an_attempt(owner: AsyncEngine) -> None:
    """A guard that nobody tries to pass is a guess."""
    async with owner.connect() as c:
        query = "select tgname from pg_trigger where not tgisinternal"
        triggers = set(await c.scalars(text(query)))
    assert triggers - WRITERS == {attempt.trigger for attempt in ATTEMPTS.values()}


async def test_the_book_is_whole_after_every_attempt(app: AsyncEngine) -> None:
    """Nothing that was refused has left a trace."""
    assert await acts.found_wrong(app) == []
