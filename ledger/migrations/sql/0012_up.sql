-- What Stripe and the bank booked, kept as they said it; how that differs from the book; and who
-- cleared a difference, by two people and an entry.

create table outside_line (
    source text not null,
    account text not null,
    id text not null,
    key text not null,
    kind text not null,
    amount_minor bigint not null,
    fee_minor bigint not null,
    currency text not null,
    booked_at timestamptz not null,
    counterparty text not null,
    says text not null,
    file_id text,
    told_at timestamptz default now() not null,
    constraint pk_outside_line primary key (source, account, id),
    constraint ck_outside_line_source_is_known check (source in ('stripe','bank')),
    constraint ck_outside_line_is_named check (id <> '' and key <> ''),
    constraint fk_outside_line_file_id foreign key (file_id) references file (id)
);
comment on column outside_line.account is 'which of ours; empty where there is only one';
comment on column outside_line.id is 'the outside''s own';
comment on column outside_line.key is 'what entries of ours call it by: an id of the outside too';
comment on column outside_line.amount_minor is 'before the fee; above zero what came';
comment on column outside_line.file_id is 'the statement it came with';
create index ix_outside_line_key on outside_line (source, key);

create table outside_reading (
    source text not null,
    complete_to timestamptz not null,
    constraint pk_outside_reading primary key (source),
    constraint ck_outside_reading_source_is_known check (source in ('stripe','bank'))
);
comment on table outside_reading is 'until when all lines of the outside are here';

create table difference (
    id text not null,
    source text not null,
    key text not null,
    currency text not null,
    side text not null,
    reference text,
    here_minor bigint not null,
    here_fee_minor bigint not null,
    there_minor bigint not null,
    there_fee_minor bigint not null,
    first_seen_at timestamptz default now() not null,
    seen_at timestamptz default now() not null,
    gone_at timestamptz,
    constraint pk_difference primary key (id),
    constraint ck_difference_source_is_known check (source in ('stripe','bank')),
    constraint ck_difference_side_is_known check (side in ('only there','only here','differs')),
    constraint ck_difference_differs check (
        here_minor <> there_minor or here_fee_minor <> there_fee_minor
    )
);
comment on column difference.key is 'the outside''s id, or our entry''s reference if it has none';
comment on column difference.reference is 'the first entry of ours it is about, if there is one';
create unique index uq_difference_open on difference (source, key, currency)
    where gone_at is null;

create table clearance (
    id text not null,
    difference_id text not null,
    kind text not null,
    reason text not null,
    amount_minor bigint not null,
    fee_minor bigint not null,
    proposed_by text not null,
    proposed_at timestamptz default now() not null,
    confirmed_by text,
    confirmed_at timestamptz,
    confirmed_because text,
    constraint pk_clearance primary key (id),
    constraint ck_clearance_kind_is_known check (kind in ('processor_fee','suspense','losses')),
    constraint ck_clearance_moves_something check (amount_minor <> 0 or fee_minor <> 0),
    constraint ck_clearance_two_people check (confirmed_by <> proposed_by),
    constraint ck_clearance_confirmed_is_explained check (
        (confirmed_by is null) = (confirmed_at is null)
        and (confirmed_by is null) = (confirmed_because is null)
    ),
    constraint fk_clearance_difference_id foreign key (difference_id) references difference (id),
    constraint fk_clearance_proposed_by foreign key (proposed_by) references person (id),
    constraint fk_clearance_confirmed_by foreign key (confirmed_by) references person (id)
);
comment on table clearance is 'the newest one of a difference is the one in force';
comment on column clearance.amount_minor is 'there less here, when it was proposed';
create index ix_clearance_difference_id on clearance (difference_id, id);

create view clearing_line as
select case a.kind when 'processor_clearing' then 'stripe' else 'bank' end as source,
       case a.kind
           when 'processor_clearing'
           then coalesce(d.key, v.facts ->> 'outside', v.facts ->> 'payment', e.reference)
           else coalesce(d.key, r.bank_reference, v.facts ->> 'bank_reference', e.reference)
       end as key,
       a.currency, e.id as entry_id, e.reference, e.recorded_at,
       coalesce(r.received_on, (e.effective_at at time zone 'UTC')::date) as day,
       case when e.kind in ('processor_fee', 'processor_fee_back') then 0
            else -l.amount_minor end as amount_minor,
       case when e.kind in ('processor_fee', 'processor_fee_back') then l.amount_minor
            else 0 end as fee_minor
  from account a
  join leg l on l.account_id = a.id
  join journal_entry e on e.id = l.entry_id
  left join clearance p on p.id = e.cause
  left join difference d on d.id = p.difference_id
  left join receipt r on r.id = e.cause
  left join event v on v.step_id = e.cause and v.case_id = e.case_id
 where a.kind in ('processor_clearing', 'bank_clearing');
comment on view clearing_line is 'each leg on a clearing account as the outside should see it';

create trigger outside_line_is_final before update or delete or truncate on outside_line
    for each statement execute function refuse();
create trigger difference_is_over before update on difference
    for each row when (old.gone_at is not null) execute function refuse();
create trigger difference_keeps_its_name
    before update of id, source, key, currency, first_seen_at on difference
    for each statement execute function refuse();
create trigger difference_stays before delete or truncate on difference
    for each statement execute function refuse();
create trigger clearance_is_over before update on clearance
    for each row when (old.confirmed_at is not null) execute function refuse();
create trigger clearance_says_the_same
    before update of id, difference_id, kind, reason, amount_minor, fee_minor, proposed_by,
        proposed_at on clearance
    for each statement execute function refuse();
create trigger clearance_stays before delete or truncate on clearance
    for each statement execute function refuse();

grant select, insert on outside_line to peerok_app;
grant select, insert, update on outside_reading to peerok_app;
grant select, insert, update (side, reference, here_minor, here_fee_minor, there_minor,
    there_fee_minor, seen_at, gone_at) on difference to peerok_app;
grant select, insert, update (confirmed_by, confirmed_at, confirmed_because) on clearance
    to peerok_app;
grant select on clearing_line to peerok_app;
