"""What the application's role may do, table by table; everything else it can't."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.ledger import acts

FORBIDDEN = "42501"
ALL = "select, insert, update, delete"
MAY = {
    "account": "select",
    "account_balance": "select",
    "account_kind": "select",
    "agreement": "select, insert",
    "alembic_version": "select",
    "attachment": "select, insert, delete",
    "bid": "select, insert, update",
    "books_check": "select, insert, update",
    "brief": "select, insert, update",
    "case_access": "select, insert",
    "cases": "select, insert, update",
    "certificate": "select, insert",
    "clearance": "select, insert",
    "clearing_line": "select",
    "contest_entry": "select, insert, update",
    "deadline_feed": ALL,
    "delivery": "select, insert",
    "difference": "select, insert",
    "entry_content": "select",
    "event": "select, insert",
    "failing_step": ALL,
    "file": ALL,
    "identity_mark": "select, insert",
    "instruction": "select, insert",
    "invitation": "select, insert",
    "journal_entry": "select",
    "leg": "select",
    "link_decision": "select, insert",
    "linked_people": "select",
    "listing": "select, insert, update",
    "listing_file": "select, insert, delete",
    "mail": "select, insert, update",
    "message": "select, insert",
    "notice": "select, insert, update",
    "outside_line": "select, insert",
    "outside_reading": "select, insert, update",
    "payment_approval": "select, insert",
    "payment_run": "select, insert",
    "payout": "select, insert",
    "payout_method": "select, insert",
    "person": "select, insert, update",
    "posting_line": "select",
    "processor_event": "select, insert",
    "processor_look": "select, insert, update",
    "processor_payout": "select, insert",
    "profile": "select, insert, update",
    "publication": "select, insert, update",
    "receipt": "select, insert",
    "reply": ALL,
    "seal": "select",
    "signature": "select, insert",
    "signing_key": "select, insert",
    "staff_task": "select, insert",
    "tax_access": "select, insert",
    "tax_form": "select, insert",
    "tax_form_reminder": "select, insert",
    "tell": ALL,
    "token": ALL,
    "upload": ALL,
    "upload_part": ALL,
    "work_permission": "select, insert, update",
}
MAY_UPDATE = {
    "clearance": {"confirmed_by", "confirmed_at", "confirmed_because"},
    "difference": {
        *("side", "reference", "here_minor", "here_fee_minor", "there_minor", "there_fee_minor"),
        *("seen_at", "gone_at"),
    },
    "identity_mark": {"mark", "key_id"},
    "instruction": {"outcome", "decided_at"},
    "link_decision": {"replaced_at"},
    "payment_approval": {"seen_count", "seen_minor", "at"},
    "payout": {
        *("outcome", "reason", "answered_by", "answered_at"),
        *("returned_reason", "returned_by", "returned_at"),
    },
    "payout_method": {"replaced_at"},
    "processor_payout": {"arrives_on", "bank_reference"},
    "receipt": {"confirmed_by", "confirmed_at"},
    "staff_task": {"closed_at", "closed_by", "reason", "escalated_at"},
    "tax_form": {"state", "checked_by", "checked_at", "reason"},
}
MAY_CALL = {
    "credits_way",
    "keep_announcements",
    "lock_cases",
    "provisional_way",
    "waiting_for_money",
    "take_step",
    "together",
    "write_step",
    "post",
    "wallets",
    "open_accounts",
    "open_escrow",
    "seal_entries",
}


async def test_the_application_may_do_this_and_no_more(app: AsyncEngine) -> None:
    """Every table and view with its privileges; none may be truncated, referenced or hooked."""
    query = """
        select c.relname, string_agg(lower(p.name), ', ' order by p.n) as may
          from pg_class c,
               unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES',
                            'TRIGGER']) with ordinality p (name, n)
         where c.relnamespace = (select oid from pg_namespace where nspname = 'public')
           and c.relkind in ('r', 'v')
           and has_table_privilege('peerok_app', c.oid, p.name)
         group by 1
    """
    async with app.connect() as c:
        rows = await c.execute(text(query))
        assert {row.relname: row.may for row in rows} == MAY


async def test_of_some_tables_the_application_may_only_change_the_answer(
    app: AsyncEngine,
) -> None:
    """An instruction gets its outcome and a receipt its second person; the rest stays."""
    query = """
        select table_name, column_name from information_schema.column_privileges
         where grantee = 'peerok_app' and privilege_type = 'UPDATE'
    """
    async with app.connect() as c:
        may: dict[str, set[str]] = {}
        for table, column in await c.execute(text(query)):
            may.setdefault(table, set()).add(column)
    assert {table: may[table] for table in MAY_UPDATE} == MAY_UPDATE


async def test_the_application_may_call_only_the_doors_of_the_journal(app: AsyncEngine) -> None:
    """What works behind them, as their owner, cannot be called past them."""
    query = """
        select proname from pg_proc
         where pronamespace = (select oid from pg_namespace where nspname = 'public')
           and has_function_privilege('peerok_app', oid, 'execute')
    """
    async with app.connect() as c:
        assert set(await c.scalars(text(query))) == MAY_CALL


async def test_what_runs_as_its_owner_looks_in_one_place_only(app: AsyncEngine) -> None:
    """A SECURITY DEFINER function without a fixed search path could be led astray."""
    query = """select proname from pg_proc
                where prosecdef and not 'search_path=public, pg_temp' = any (proconfig)"""
    async with app.connect() as c:
        assert (await c.scalars(text(query))).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into account values (1, 'eve', 'credits', 'USD', 0, 0, null, 0, 0)",
        "update account set balance_minor = 1000000 where owner = 'eve'",
        "delete from account",
        "truncate leg, journal_entry, account",
        "insert into leg values (1, 1, 1, 5, 5)",
        "update leg set amount_minor = 5",
        "delete from leg",
        "insert into journal_entry (reference) values ('x')",
        "update journal_entry set kind = 'x'",
        "delete from journal_entry",
        "alter table leg disable trigger all",
        "set session_replication_role = replica",
        "drop table leg cascade",
        "create table public.leg_too (id int)",
        "select open_all(array['eve'], array['credits'], array['USD'], array[0])",
        "select nextval('journal_entry_id_seq')",
        "insert into seal values (1, 1, '', '')",
        "update seal set hash = ''",
        "delete from seal",
        "update event set kind = 'x'",
        "delete from event",
        "update instruction set command = 'x'",
        "delete from instruction",
        "update signature set full_name = 'x'",
        "update agreement set body = 'x'",
        "update receipt set amount_minor = 1",
        "delete from cases",
        "update signing_key set withdrawn_at = null",
        "delete from signing_key",
        "update outside_line set amount_minor = 1",
        "delete from outside_line",
        "update difference set first_seen_at = now()",
        "delete from difference",
        "update clearance set kind = 'losses'",
        "delete from clearance",
        "update tax_form set payload = ''",
        "delete from tax_form",
        "update tax_access set purpose = 'signer'",
        "delete from tax_access",
        "update certificate set document = ''",
        "delete from certificate",
        "update case_access set person_id = 'x'",
        "delete from case_access",
        "update identity_mark set person_id = 'x'",
        "delete from identity_mark",
        "update link_decision set linked = false",
        "delete from link_decision",
    ],
)
async def test_the_application_is_refused(app: AsyncEngine, statement: str) -> None:
    """Each by the role's privileges, before any trigger."""
    assert await acts.refusal(app, statement) == FORBIDDEN
