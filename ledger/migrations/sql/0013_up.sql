-- Money goes out: a withdrawal is a case of its freelancer alone; where people are paid lies sealed;
-- what a payment run pays is fixed when it is approved.

alter table person drop constraint ck_person_roles_are_known;
alter table person add constraint ck_person_roles_are_known check (
    roles <@ array['staff', 'accounting', 'mediator', 'head_of_support', 'head_of_accounting']
);
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     else client_id is not null and freelancer_id is not null end
);
create index ix_cases_payment_date on cases ((data ->> 'payment_date'), id)
    where kind = 'withdrawal';
create index ix_cases_at_the_processor on cases (id)
    where kind = 'withdrawal' and state = 'sent' and data ? 'transfer';

create table payout_method (
    id text not null,
    person_id text not null,
    via text not null,
    payload bytea not null,
    key_id text not null,
    last_four text not null,
    added_at timestamptz default now() not null,
    replaced_at timestamptz,
    constraint pk_payout_method primary key (id),
    constraint ck_payout_method_via_is_known check (via in ('us_bank','iban','stripe')),
    constraint ck_payout_method_four_and_no_more check (last_four ~ '^([0-9A-Za-z-]{4})?$'),
    constraint fk_payout_method_person_id foreign key (person_id) references person (id)
);
comment on column payout_method.payload is 'where it leads, sealed';
comment on column payout_method.key_id is 'under which key';
create index ix_payout_method_person_id on payout_method (person_id);
create unique index uq_payout_method_in_force on payout_method (person_id)
    where replaced_at is null;

create table payment_run (
    payment_date date not null,
    execute_on date not null,
    approved_by text not null,
    approved_at timestamptz default now() not null,
    constraint pk_payment_run primary key (payment_date),
    constraint ck_payment_run_not_before_its_date check (execute_on >= payment_date),
    constraint fk_payment_run_approved_by foreign key (approved_by) references person (id)
);
comment on column payment_run.execute_on is 'the date, or the day of a late approval';
comment on column payment_run.approved_by is 'the last one';

create table payment_approval (
    payment_date date not null,
    person_id text not null,
    seen_count integer not null,
    seen_minor bigint not null,
    at timestamptz default now() not null,
    constraint pk_payment_approval primary key (payment_date, person_id),
    constraint fk_payment_approval_person_id foreign key (person_id) references person (id)
);
comment on column payment_approval.seen_count is 'withdrawals whoever approved saw';
comment on column payment_approval.seen_minor is 'and their sum';

create table payout (
    withdrawal_id text not null,
    payment_date date not null,
    person_id text not null,
    method_id text not null,
    via text not null,
    amount_minor bigint not null,
    currency text not null,
    refusal text,
    outcome text,
    reason text,
    answered_by text,
    answered_at timestamptz,
    returned_reason text,
    returned_by text,
    returned_at timestamptz,
    constraint pk_payout primary key (withdrawal_id),
    constraint ck_payout_via_is_known check (via in ('us_bank','iban','stripe')),
    constraint ck_payout_amount_is_positive check (amount_minor > 0),
    constraint ck_payout_outcome_is_known check (outcome in ('paid','failed')),
    constraint ck_payout_answered_is_explained check (
        (outcome is null) = (answered_by is null) and (outcome is null) = (answered_at is null)
        and (reason is not null) = (outcome is not distinct from 'failed')
    ),
    constraint ck_payout_refused_is_not_paid check (outcome is null or refusal is null),
    constraint ck_payout_returned_was_paid check (
        (returned_at is null) = (returned_by is null)
        and (returned_at is null) = (returned_reason is null)
        and (returned_at is null or outcome is not distinct from 'paid')
    ),
    constraint ck_payout_not_ones_own check (
        answered_by <> person_id and returned_by <> person_id
    ),
    constraint fk_payout_withdrawal_id foreign key (withdrawal_id) references cases (id),
    constraint fk_payout_payment_date foreign key (payment_date)
        references payment_run (payment_date),
    constraint fk_payout_person_id foreign key (person_id) references person (id),
    constraint fk_payout_method_id foreign key (method_id) references payout_method (id),
    constraint fk_payout_answered_by foreign key (answered_by) references person (id),
    constraint fk_payout_returned_by foreign key (returned_by) references person (id)
);
comment on column payout.amount_minor is 'what arrives';
comment on column payout.refusal is 'the check that failed at the approval; it is not paid';
comment on column payout.outcome is 'what the bank did, as accounting say';
comment on column payout.reason is 'why it failed';
comment on column payout.returned_reason is 'why the bank sent it back';
create index ix_payout_payment_date on payout (payment_date, withdrawal_id);

create function payout_moves() returns trigger language plpgsql as $$
declare
    answer constant text[] := array['outcome', 'reason', 'answered_by', 'answered_at'];
    back constant text[] := array['returned_reason', 'returned_by', 'returned_at'];
begin
    if to_jsonb(old) - answer - back = to_jsonb(new) - answer - back
       and (old.outcome is null or to_jsonb(old) - back = to_jsonb(new) - back)
       and old.returned_at is null then
        return new;
    end if;
    raise exception 'payout % stays as it was decided', old.withdrawal_id using errcode = 'PK003';
end $$;
revoke execute on function payout_moves() from public;
create trigger payout_moves before update on payout
    for each row execute function payout_moves();
create trigger payout_stays before delete or truncate on payout
    for each statement execute function refuse();
create trigger payment_run_is_final before update or delete or truncate on payment_run
    for each statement execute function refuse();
create trigger payout_method_replaced_once before update on payout_method
    for each row when (old.replaced_at is not null) execute function refuse();
create trigger payout_method_stays before delete or truncate on payout_method
    for each statement execute function refuse();

grant select, insert, update (replaced_at) on payout_method to peerok_app;
grant select, insert on payment_run to peerok_app;
grant select, insert, update (seen_count, seen_minor, at) on payment_approval to peerok_app;
grant select, insert,
      update (outcome, reason, answered_by, answered_at, returned_reason, returned_by, returned_at)
   on payout to peerok_app;
