"""Every CHECK of the schema refuses what it is there for."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

ACCOUNT = "alter table account disable trigger user; insert into account values"
CASES = """insert into cases (id, kind, state, version, over, owner, due_at, closed_at, client_id,
    freelancer_id, terms, data, opened_at, last_event_at)"""
DIFFERENCE = """insert into difference (id, source, key, currency, side, here_minor, here_fee_minor,
    there_minor, there_fee_minor)"""
CLEARANCE = """insert into clearance (id, difference_id, kind, reason, amount_minor, fee_minor,
    proposed_by, confirmed_by, confirmed_at, confirmed_because)"""
OUTSIDE = """insert into outside_line (source, account, id, key, kind, amount_minor, fee_minor,
    currency, booked_at, counterparty, says)"""
ENTRY = "insert into journal_entry (reference, kind, cause, effective_at, request_hash, leg_count)"
PERSON = "insert into person (id, email, name, password_hash, roles)"
RECEIPT = """insert into receipt (id, client_id, method, amount_minor, currency, bank_reference,
    received_on, recorded_by, confirmed_by, confirmed_at)"""
TAX_FORM = """alter table tax_form disable trigger user; insert into tax_form (id, person_id, kind,
    state, payload, key_id, tin_type, tin_last_four, full_name, certification, signed_on,
    valid_until, file_id, checked_by, checked_at, reason)"""


def tax_form(**change: str) -> str:
    """A W-9 in force, with these columns changed, in SQL."""
    row = {"kind": "'w9'", "state": "'signed'", "tin_type": "'ssn'", "four": "'4399'"}
    row |= dict.fromkeys(("until", "file", "by", "at", "reason"), "null") | change
    return (
        f"{TAX_FORM} values ('x', 'x', {row['kind']}, {row['state']}, 'x', 'k', {row['tin_type']},"
        f" {row['four']}, 'x', 1, now(), {row['until']}, {row['file']}, {row['by']}, {row['at']},"
        f" {row['reason']})"
    )


PAYOUT = """insert into payout (withdrawal_id, payment_date, person_id, method_id, via,
    amount_minor, currency, refusal, outcome, reason, answered_by, answered_at, returned_reason,
    returned_by, returned_at)"""


def payout(**change: str) -> str:
    """A payout that is under way, with these columns changed, in SQL."""
    row = {"via": "'iban'", "minor": "1"}
    names = ("refusal", "outcome", "reason", "by", "at", "back", "back_by", "back_at")
    row |= dict.fromkeys(names, "null") | change
    return (
        f"{PAYOUT} values ('x', now(), 'x', 'x', {row['via']}, {row['minor']}, 'USD',"
        f" {', '.join(row[name] for name in names)})"
    )


PAID = {"outcome": "'paid'", "by": "'y'", "at": "now()"}
MARK = "insert into identity_mark (source_id, person_id, kind, mark, key_id)"
LINK = "insert into link_decision (id, one_id, other_id, linked, reason, decided_by)"
METHOD = "insert into payout_method (id, person_id, via, payload, key_id, last_four)"

BID = "insert into bid (id, project_id, freelancer_id, state, amount_minor, days, message, job_id)"
ENTERED = """insert into contest_entry (id, contest_id, freelancer_id, number, note, hash, state,
    rating, job_id, removed_because)"""
HASH = "repeat('a', 64)"
LISTING = """insert into listing (id, seller_id, title, description, content, price_minor, currency,
    state, job_id, buyer_id, warranted_by, warranted_at)"""


def listing(**change: str) -> str:
    """A draft, with these columns changed, in SQL."""
    row = {"price": "1", "state": "'draft'", "job": "null", "buyer": "null"}
    row |= {"by": "null", "at": "null"} | change
    return (
        f"{LISTING} values ('x', 'x', 'x', 'x', 'text', {row['price']}, 'USD', {row['state']},"
        f" {row['job']}, {row['buyer']}, {row['by']}, {row['at']})"
    )


PROFILE = "insert into profile (person_id, state, title, summary, skills, rate_minor, published_at)"
WARRANTED = {"by": "'x'", "at": "now()"}
PUBLICATION = """insert into publication (subject_id, kind, owner_id, title, summary, low_minor,
    high_minor, currency, state, visible)"""

BROKEN = {
    "ck_account_floor": f"{ACCOUNT} (1, 'x', 'credits', 'USD', 0, 0, null, -1, 0)",
    "ck_account_ceiling": f"{ACCOUNT} (1, 'x', 'credits', 'USD', 0, null, 0, 1, 0)",
    "ck_account_shard_is_known": f"{ACCOUNT} (1, 'x', 'credits', 'USD', 64, 0, null, 0, 0)",
    "ck_account_currency_is_a_code": f"{ACCOUNT} (1, 'x', 'credits', 'usd', 0, 0, null, 0, 0)",
    "ck_account_kind_lock_rank_is_known": "insert into account_kind values ('x', 0, 0, true, 4)",
    "ck_agreement_kind": "insert into agreement values ('promise', 1, 'x')",
    "ck_bid_state_is_known": f"{BID} values ('x', 'x', 'x', 'won', 1, 1, 'x', null)",
    "ck_bid_awarded_has_job": f"{BID} values ('x', 'x', 'x', 'awarded', 1, 1, 'x', null)",
    "ck_bid_offers_something": f"{BID} values ('x', 'x', 'x', 'placed', 1, 0, 'x', null)",
    "ck_contest_entry_state_is_known": (
        f"{ENTERED} values ('x', 'x', 'x', 1, 'x', {HASH}, 'won', null, null, null)"
    ),
    "ck_contest_entry_awarded_has_job": (
        f"{ENTERED} values ('x', 'x', 'x', 1, 'x', {HASH}, 'awarded', null, null, null)"
    ),
    "ck_contest_entry_rating_is_known": (
        f"{ENTERED} values ('x', 'x', 'x', 1, 'x', {HASH}, 'entered', 6, null, null)"
    ),
    "ck_contest_entry_hash_is_whole": (
        f"{ENTERED} values ('x', 'x', 'x', 1, 'x', 'a', 'entered', null, null, null)"
    ),
    "ck_contest_entry_removed_for_a_reason": (
        f"{ENTERED} values ('x', 'x', 'x', 1, 'x', {HASH}, 'removed', null, null, null)"
    ),
    "ck_listing_state_is_known": listing(state="'lent'", **WARRANTED),
    "ck_listing_costs_something": listing(price="0"),
    "ck_listing_sold_has_its_job": listing(state="'sold'", **WARRANTED),
    "ck_listing_takes_two_people": listing(state="'sold'", job="'x'", buyer="'x'", **WARRANTED),
    "ck_listing_warranty_is_dated": listing(by="'x'"),
    "ck_listing_offered_is_warranted": listing(state="'listed'"),
    "ck_profile_state_is_known": (f"{PROFILE} values ('x', 'hidden', 'x', 'x', '{{x}}', 1, now())"),
    "ck_profile_hour_costs_something": (
        f"{PROFILE} values ('x', 'draft', null, null, '{{}}', 0, null)"
    ),
    "ck_profile_published_is_findable": (
        f"{PROFILE} values ('x', 'published', 'x', 'x', '{{}}', 1, now())"
    ),
    "ck_publication_kind_is_known": (
        f"{PUBLICATION} values ('x', 'gift', 'x', 'x', 'x', 1, 2, 'USD', 'open', true)"
    ),
    "ck_publication_prices_are_in_order": (
        f"{PUBLICATION} values ('x', 'project', 'x', 'x', 'x', 2, 1, 'USD', 'open', true)"
    ),
    "ck_case_access_names_its_file": (
        "insert into case_access (case_id, person_id, role, what) values ('x', 'x', 'x', 'file')"
    ),
    "ck_case_access_what_is_known": (
        "insert into case_access (case_id, person_id, role, what, file_id)"
        " values ('x', 'x', 'x', 'chat', 'x')"
    ),
    "ck_cases_open_has_owner_and_due_time": (
        f"{CASES} values ('x', 'job', 'x', 1, false, 'client', null, null, 'x', 'x', '{{}}',"
        " '{}', now(), now())"
    ),
    "ck_cases_has_its_parties": (
        f"{CASES} values ('x', 'deposit', 'x', 1, false, 'client', now(), null, 'x', 'x', '{{}}',"
        " '{}', now(), now())"
    ),
    "ck_cases_over_is_closed": (
        f"{CASES} values ('x', 'job', 'x', 1, true, null, null, null, 'x', 'x', '{{}}',"
        " '{}', now(), now())"
    ),
    "ck_certificate_says_something": (
        "insert into certificate (id, case_id, version, public_key, document)"
        " values ('x', 'x', 1, 'x', '')"
    ),
    "ck_clearance_kind_is_known": (
        f"{CLEARANCE} values ('x', 'x', 'gift', 'x', 1, 0, 'x', null, null, null)"
    ),
    "ck_clearance_moves_something": (
        f"{CLEARANCE} values ('x', 'x', 'losses', 'x', 0, 0, 'x', null, null, null)"
    ),
    "ck_clearance_two_people": (
        f"{CLEARANCE} values ('x', 'x', 'losses', 'x', 1, 0, 'x', 'x', now(), 'x')"
    ),
    "ck_clearance_confirmed_is_explained": (
        f"{CLEARANCE} values ('x', 'x', 'losses', 'x', 1, 0, 'x', 'y', now(), null)"
    ),
    "ck_difference_source_is_known": (
        f"{DIFFERENCE} values ('x', 'hearsay', 'x', 'USD', 'differs', 0, 0, 1, 0)"
    ),
    "ck_difference_side_is_known": (
        f"{DIFFERENCE} values ('x', 'bank', 'x', 'USD', 'nowhere', 0, 0, 1, 0)"
    ),
    "ck_difference_differs": (
        f"{DIFFERENCE} values ('x', 'bank', 'x', 'USD', 'differs', 1, 0, 1, 0)"
    ),
    "ck_outside_line_source_is_known": (
        f"{OUTSIDE} values ('hearsay', '', 'x', 'x', 'x', 1, 0, 'USD', now(), '', '')"
    ),
    "ck_outside_line_is_named": (
        f"{OUTSIDE} values ('bank', '', 'x', '', 'x', 1, 0, 'USD', now(), '', '')"
    ),
    "ck_outside_reading_source_is_known": ("insert into outside_reading values ('hearsay', now())"),
    "ck_file_is_whole": (
        "insert into file values ('x', 'x', 'x', 'x', -1, repeat('0', 64), 'x', now())"
    ),
    "ck_instruction_decided_has_outcome": (
        "insert into instruction values ('x', 'x', 'x', 'x', 'x', 'x', 'x', '{}', now(), '{}',"
        " null)"
    ),
    "ck_journal_entry_two_legs": f"{ENTRY} values ('x', 'x', 'x', now(), 'x', 1)",
    "ck_journal_entry_reference_says_something": f"{ENTRY} values ('', 'x', 'x', now(), 'x', 2)",
    "ck_leg_moves_something": "insert into leg values (1, 1, 1, 0, 0)",
    "ck_mail_status_is_known": (
        "insert into mail (id, notice_id, address, status) values ('x', 'x', 'x', 'lost')"
    ),
    "ck_payment_run_not_before_its_date": (
        "insert into payment_run values ('2026-01-15', '2026-01-14', 'x')"
    ),
    "ck_payout_amount_is_positive": payout(minor="0"),
    "ck_payout_answered_is_explained": payout(outcome="'failed'", by="'y'", at="now()"),
    "ck_payout_not_ones_own": payout(**PAID | {"by": "'x'"}),
    "ck_payout_outcome_is_known": payout(**PAID | {"outcome": "'lost'"}),
    "ck_payout_refused_is_not_paid": payout(refusal="'x'", **PAID),
    "ck_payout_returned_was_paid": payout(back="'x'", back_by="'y'", back_at="now()"),
    "ck_payout_via_is_known": payout(via="'pigeon'"),
    "ck_identity_mark_is_a_keyed_hash": f"{MARK} values ('x', 'x', 'payout_account', '123', 'x')",
    "ck_identity_mark_kind_is_known": f"{MARK} values ('x', 'x', 'tax_number', {HASH}, 'x')",
    "ck_link_decision_is_in_order": f"{LINK} values ('x', 'b', 'a', true, 'x', 'x')",
    "ck_link_decision_not_ones_own": f"{LINK} values ('x', 'a', 'b', false, 'x', 'b')",
    "ck_payout_method_four_and_no_more": f"{METHOD} values ('x', 'x', 'iban', 'x', 'x', '12345')",
    "ck_payout_method_via_is_known": f"{METHOD} values ('x', 'x', 'pigeon', 'x', 'x', '1234')",
    "ck_person_email_is_lower_case": f"{PERSON} values ('x', 'X@y', 'x', 'x', '{{}}')",
    "ck_person_roles_are_known": f"{PERSON} values ('x', 'x@y', 'x', 'x', '{{king}}')",
    "ck_receipt_amount_is_positive": (
        f"{RECEIPT} values ('x', 'x', 'wire', 0, 'USD', 'x', now(), 'x', null, null)"
    ),
    "ck_receipt_two_people": (
        f"{RECEIPT} values ('x', 'x', 'wire', 1, 'USD', 'x', now(), 'x', 'x', now())"
    ),
    "ck_receipt_confirmed_is_dated": (
        f"{RECEIPT} values ('x', 'x', 'wire', 1, 'USD', 'x', now(), 'x', 'y', null)"
    ),
    "ck_seal_is_whole": "insert into seal values (1, 1, 'short', 'short')",
    "ck_staff_task_closed_is_explained": (
        "insert into staff_task (id, kind, what, closed_at) values ('x', 'x', 'x', now())"
    ),
    "ck_tax_access_purpose_is_known": (
        "insert into tax_access (form_id, reader_id, purpose) values ('x', 'x', 'curiosity')"
    ),
    "ck_tax_form_reminder_is_before": (
        "insert into tax_form_reminder (form_id, days) values ('x', 0)"
    ),
    "ck_upload_is_announced": (
        "insert into upload (id, owner_id, name, size, expires_at) values ('x', 'x', 'x', 0, now())"
    ),
    "ck_upload_part_is_whole": "insert into upload_part values ('x', 0, 1, repeat('a', 64), 'x')",
    "ck_tax_form_kind": tax_form(kind="'w7'"),
    "ck_tax_form_state_is_known": tax_form(
        state="'lost'", file="'x'", by="'y'", at="now()", reason="'x'"
    ),
    "ck_tax_form_tin_type_is_known": tax_form(tin_type="'tin'"),
    "ck_tax_form_four_and_no_more": tax_form(four="'04399'"),
    "ck_tax_form_ends_or_does_not": tax_form(kind="'w8ben'"),
    "ck_tax_form_checked_is_explained": tax_form(file="'x'", by="'y'", at="now()"),
    "ck_tax_form_two_people": tax_form(file="'x'", by="'x'", at="now()", reason="'x'"),
    "ck_tax_form_paper_is_checked": tax_form(file="'x'"),
    "ck_work_permission_result_is_known": (
        "insert into work_permission (person_id, us_citizen, lives_in_us, result)"
        " values ('x', true, true, 'maybe')"
    ),
}


@pytest.mark.parametrize("check", BROKEN)
async def test_a_row_that_breaks_a_check_is_refused(owner: AsyncEngine, check: str) -> None:
    """Also from the owner of the schema, and by the very CHECK that is meant."""
    with pytest.raises(IntegrityError, match=f'"{check}"'):
        async with owner.begin() as c:
            for statement in BROKEN[check].split(";"):
                await c.execute(text(statement))


async def test_every_check_has_a_row_that_breaks_it(owner: AsyncEngine) -> None:
    """A CHECK that nobody tries to break is a guess."""
    async with owner.connect() as c:
        query = """select conname from pg_constraint
                    where contype = 'c' and connamespace = 'public'::regnamespace"""
        assert set(await c.scalars(text(query.replace("::", r"\:\:")))) == set(BROKEN)
