-- Every table of the book of record; ledger/tables.py says the same, a test compares them.

create table account_kind (
    kind text not null,
    floor bigint,
    ceiling bigint,
    shared boolean not null,
    lock_rank smallint not null,
    constraint pk_account_kind primary key (kind),
    constraint ck_account_kind_lock_rank_is_known check (lock_rank between 1 and 3)
);
comment on table account_kind is 'the chart of accounts, equal to domain/accounts.py';
comment on column account_kind.floor is 'never below; null: no floor';
comment on column account_kind.ceiling is 'never above; null: no ceiling';
comment on column account_kind.shared is '64 accounts, one for a connection';
comment on column account_kind.lock_rank is '1 people, 2 cases, 3 platform';

create table agreement (
    kind text not null constraint ck_agreement_kind check (kind in ('nda','undertaking')),
    version integer not null,
    body text not null,
    in_force_at timestamptz default now() not null,
    constraint pk_agreement primary key (kind, version)
);

create table journal_entry (
    id bigint generated always as identity,
    reference text not null,
    kind text not null,
    case_id text,
    cause text not null,
    effective_at timestamptz not null,
    recorded_at timestamptz default now() not null,
    reverses bigint,
    request_hash bytea not null,
    leg_count smallint not null,
    constraint pk_journal_entry primary key (id),
    constraint ck_journal_entry_two_legs check (leg_count >= 2),
    constraint ck_journal_entry_reference_says_something check (reference <> ''),
    constraint uq_journal_entry_reference unique (reference),
    constraint uq_journal_entry_reverses unique (reverses),
    constraint fk_journal_entry_reverses foreign key (reverses) references journal_entry (id)
);
create index ix_journal_entry_case_id on journal_entry (case_id);
comment on column journal_entry.cause is 'the step or decision behind it';

create table person (
    id text not null,
    email text not null,
    name text not null,
    password_hash text not null,
    roles text[] default '{}' not null,
    start_when_funded boolean default true not null,
    created_at timestamptz default now() not null,
    constraint pk_person primary key (id),
    constraint ck_person_email_is_lower_case check (email = lower(email)),
    constraint ck_person_roles_are_known
        check (roles <@ array['staff', 'accounting', 'mediator', 'head_of_support']),
    constraint uq_person_email unique (email)
);
create index ix_person_roles on person using gin (roles);
comment on column person.email is 'lower case';

create table reply (
    caller text not null,
    idempotency_key text not null,
    request_hash bytea not null,
    status smallint not null,
    body jsonb not null,
    created_at timestamptz default now() not null,
    constraint pk_reply primary key (caller, idempotency_key)
);
comment on column reply.caller is 'a person''s id, or anonymous';

create table tell (
    id bigint generated always as identity,
    workflow_id text not null,
    signal text not null,
    created_at timestamptz default now() not null,
    told_at timestamptz,
    constraint pk_tell primary key (id)
);
create index ix_tell_waiting on tell (id) where told_at is null;

create table account (
    id bigint not null,
    owner text not null,
    kind text not null,
    currency text not null,
    shard smallint default 0 not null,
    floor bigint,
    ceiling bigint,
    balance_minor bigint default 0 not null,
    seq bigint default 0 not null,
    constraint pk_account primary key (id),
    constraint uq_account_owner_kind_currency_shard unique (owner, kind, currency, shard),
    constraint ck_account_floor check (balance_minor >= floor),
    constraint ck_account_ceiling check (balance_minor <= ceiling),
    constraint ck_account_shard_is_known check (shard between 0 and 63),
    constraint ck_account_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint fk_account_kind foreign key (kind) references account_kind (kind)
) with (fillfactor = 80);
comment on column account.id is 'in lock order';
comment on column account.floor is 'never below; null: no floor';
comment on column account.ceiling is 'never above; null: no ceiling';

create table cases (
    id text not null,
    kind text not null,
    parent_id text,
    state text not null,
    version integer not null,
    "over" boolean not null,
    owner text,
    due_at timestamptz,
    wake_at timestamptz,
    client_id text not null,
    freelancer_id text not null,
    mediator_id text,
    terms jsonb not null,
    data jsonb not null,
    opened_at timestamptz not null,
    last_event_at timestamptz not null,
    closed_at timestamptz,
    constraint pk_cases primary key (id),
    constraint ck_cases_open_has_owner_and_due_time
        check (over or (owner is not null and due_at is not null)),
    constraint ck_cases_over_is_closed check (over = (closed_at is not null)),
    constraint fk_cases_parent_id foreign key (parent_id) references cases (id),
    constraint fk_cases_client_id foreign key (client_id) references person (id),
    constraint fk_cases_freelancer_id foreign key (freelancer_id) references person (id),
    constraint fk_cases_mediator_id foreign key (mediator_id) references person (id)
);
create index ix_cases_client on cases (client_id, kind, id desc);
create index ix_cases_due_at on cases (due_at) where not over;
create index ix_cases_freelancer on cases (freelancer_id, kind, id desc);
create index ix_cases_mediator on cases (mediator_id, id desc);
create index ix_cases_open on cases (id) where not over;
create index ix_cases_parent_id on cases (parent_id);
create index ix_cases_wake_at on cases (wake_at) where not over;
comment on column cases.owner is 'whose turn it is: a role';
comment on column cases.terms is 'frozen when the contract starts';

create table file (
    id text not null,
    owner_id text not null,
    name text not null,
    content_type text not null,
    size bigint not null,
    sha256 text not null,
    key text not null,
    created_at timestamptz default now() not null,
    constraint pk_file primary key (id),
    constraint ck_file_is_whole check (size >= 0 and length(sha256) = 64),
    constraint fk_file_owner_id foreign key (owner_id) references person (id),
    constraint uq_file_key unique (key)
);
create index ix_file_owner_id on file (owner_id);
comment on column file.key is 'random, in the object store';

create table receipt (
    id text not null,
    client_id text not null,
    method text not null,
    amount_minor bigint not null,
    currency text not null,
    bank_reference text not null,
    received_on date not null,
    recorded_by text not null,
    recorded_at timestamptz default now() not null,
    confirmed_by text,
    confirmed_at timestamptz,
    constraint pk_receipt primary key (id),
    constraint uq_receipt_method_bank_reference unique (method, bank_reference),
    constraint ck_receipt_amount_is_positive check (amount_minor > 0),
    constraint ck_receipt_two_people check (confirmed_by <> recorded_by),
    constraint ck_receipt_confirmed_is_dated
        check ((confirmed_by is null) = (confirmed_at is null)),
    constraint fk_receipt_client_id foreign key (client_id) references person (id),
    constraint fk_receipt_recorded_by foreign key (recorded_by) references person (id),
    constraint fk_receipt_confirmed_by foreign key (confirmed_by) references person (id)
);

create table signature (
    person_id text not null,
    kind text not null,
    version integer not null,
    full_name text not null,
    signed_at timestamptz default now() not null,
    constraint pk_signature primary key (person_id, kind, version),
    constraint fk_signature_person_id foreign key (person_id) references person (id)
);

create table token (
    hash bytea not null,
    person_id text not null,
    created_at timestamptz default now() not null,
    expires_at timestamptz not null,
    constraint pk_token primary key (hash),
    constraint fk_token_person_id foreign key (person_id) references person (id)
);
create index ix_token_person_id on token (person_id);
comment on column token.hash is 'SHA-256 of the opaque token';

create table work_permission (
    person_id text not null,
    us_citizen boolean not null,
    lives_in_us boolean not null,
    permitted_in_us boolean,
    result text not null,
    answered_at timestamptz default now() not null,
    constraint pk_work_permission primary key (person_id),
    constraint ck_work_permission_result_is_known
        check (result in ('w9', 'w8ben', 'not_allowed', 'unclear')),
    constraint fk_work_permission_person_id foreign key (person_id) references person (id)
);
comment on column work_permission.permitted_in_us is 'asked only of those who live there';

create table attachment (
    subject_id text not null,
    file_id text not null,
    case_id text not null,
    constraint pk_attachment primary key (subject_id, file_id),
    constraint fk_attachment_file_id foreign key (file_id) references file (id),
    constraint fk_attachment_case_id foreign key (case_id) references cases (id)
);
create index ix_attachment_case_id on attachment (case_id);
create index ix_attachment_file_id on attachment (file_id);
comment on column attachment.subject_id is 'a case (its brief), a delivery or an instruction';

create table brief (
    case_id text not null,
    title text not null,
    body text not null,
    constraint pk_brief primary key (case_id),
    constraint fk_brief_case_id foreign key (case_id) references cases (id)
);

create table delivery (
    id text not null,
    case_id text not null,
    number integer not null,
    note text not null,
    at timestamptz not null,
    constraint pk_delivery primary key (id),
    constraint uq_delivery_case_id_number unique (case_id, number),
    constraint fk_delivery_case_id foreign key (case_id) references cases (id)
);

create table instruction (
    id text not null,
    caller_id text not null,
    idempotency_key text not null,
    request_hash bytea not null,
    case_id text not null,
    role text not null,
    command text not null,
    body jsonb not null,
    received_at timestamptz default now() not null,
    outcome jsonb,
    decided_at timestamptz,
    constraint pk_instruction primary key (id),
    constraint uq_instruction_caller_id_idempotency_key unique (caller_id, idempotency_key),
    constraint ck_instruction_decided_has_outcome check ((outcome is null) = (decided_at is null)),
    constraint fk_instruction_caller_id foreign key (caller_id) references person (id),
    constraint fk_instruction_case_id foreign key (case_id) references cases (id)
);
create index ix_instruction_waiting on instruction (case_id, received_at) where outcome is null;
comment on column instruction.role is 'as whom the caller decides';

create table leg (
    account_id bigint not null,
    account_seq bigint not null,
    entry_id bigint not null,
    amount_minor bigint not null,
    balance_after bigint not null,
    constraint pk_leg primary key (account_id, account_seq),
    constraint ck_leg_moves_something check (amount_minor <> 0),
    constraint fk_leg_account_id foreign key (account_id) references account (id),
    constraint fk_leg_entry_id foreign key (entry_id) references journal_entry (id)
);
create index ix_leg_entry_id on leg (entry_id);

create table notice (
    id text not null,
    person_id text not null,
    case_id text,
    kind text not null,
    subject text not null,
    body text not null,
    proves text,
    at timestamptz not null,
    created_at timestamptz default now() not null,
    opened_at timestamptz,
    removed_at timestamptz,
    constraint pk_notice primary key (id),
    constraint fk_notice_person_id foreign key (person_id) references person (id),
    constraint fk_notice_case_id foreign key (case_id) references cases (id)
);
create index ix_notice_inbox on notice (person_id, id desc) where removed_at is null;
create index ix_notice_proves on notice (proves, person_id) where proves is not null;
comment on column notice.proves is 'the waiting period this reminder counts for';

create table event (
    case_id text not null,
    version integer not null,
    seq bigint generated always as identity not null,
    kind text not null,
    state text not null,
    actor text not null,
    actor_id text,
    step_id text not null,
    instruction_id text,
    facts jsonb default '{}' not null,
    outcome jsonb,
    at timestamptz not null,
    recorded_at timestamptz default now() not null,
    constraint pk_event primary key (case_id, version),
    constraint uq_event_seq unique (seq),
    constraint uq_event_step_id_case_id unique (step_id, case_id),
    constraint fk_event_case_id foreign key (case_id) references cases (id),
    constraint fk_event_actor_id foreign key (actor_id) references person (id),
    constraint fk_event_instruction_id foreign key (instruction_id) references instruction (id)
);
comment on column event.kind is 'past tense: delivery_approved';
comment on column event.state is 'the state after it';
comment on column event.actor is 'a role, or clock';
comment on column event.outcome is 'of a clock''s step; a person''s is on the instruction';

create table mail (
    id text not null,
    notice_id text not null,
    address text not null,
    status text default 'pending' not null,
    attempts smallint default 0 not null,
    next_at timestamptz default now() not null,
    answer text,
    settled_at timestamptz,
    constraint pk_mail primary key (id),
    constraint ck_mail_status_is_known check (status in ('pending','accepted','refused','failed')),
    constraint fk_mail_notice_id foreign key (notice_id) references notice (id)
);
create index ix_mail_notice_id on mail (notice_id);
create index ix_mail_pending on mail (next_at) where status = 'pending';
comment on column mail.id is 'also its Message-ID';
comment on column mail.answer is 'what the mail server said';
-- The number of an account within its rank; the rank comes first in the id (see `open_all`).
create sequence account_number maxvalue 1099511627775;

insert into account_kind (kind, floor, ceiling, shared, lock_rank) values
    ('credits', 0, null, false, 1),
    ('earnings', 0, null, false, 1),
    ('credits_provisional', 0, null, false, 1),
    ('earnings_provisional', 0, null, false, 1),
    ('receivable', null, 0, false, 1),
    ('escrow', 0, null, false, 2),
    ('in_transit', 0, null, false, 2),
    ('suspense', 0, null, false, 3),
    ('platform_fees', 0, null, true, 3),
    ('rewards_payable', 0, null, false, 3),
    ('processor_clearing', null, null, true, 3),
    ('bank_clearing', null, null, true, 3),
    ('processor_costs', null, null, true, 3),
    ('losses', null, null, false, 3);
