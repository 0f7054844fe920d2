-- Contests: what is entered in them; they wait for money beside jobs, and money is followed through.

alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','refused','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     when 'chargeback' then client_id is not null and freelancer_id is null
     when 'project' then client_id is not null and freelancer_id is null
     when 'contest' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);

create table contest_entry (
    id text constraint pk_contest_entry primary key,
    contest_id text not null constraint fk_contest_entry_contest_id references cases,
    freelancer_id text not null constraint fk_contest_entry_freelancer_id references person,
    number integer not null,
    state text not null default 'entered',
    note text not null,
    hash text not null,
    rating smallint,
    comment text,
    finalist boolean not null default false,
    job_id text constraint fk_contest_entry_job_id references cases,
    removed_because text,
    entered_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    constraint uq_contest_entry_contest_id_number unique (contest_id, number),
    constraint ck_contest_entry_state_is_known
        check (state in ('entered','withdrawn','removed','awarded')),
    constraint ck_contest_entry_awarded_has_job
        check ((state = 'awarded') = (job_id is not null)),
    constraint ck_contest_entry_rating_is_known check (rating between 1 and 5),
    constraint ck_contest_entry_hash_is_whole check (length(hash) = 64),
    constraint ck_contest_entry_removed_for_a_reason
        check ((state = 'removed') = (removed_because is not null))
);
create index ix_contest_entry_freelancer_id on contest_entry (freelancer_id, id desc);
create index ix_contest_entry_of_one on contest_entry (contest_id, freelancer_id);
create index ix_contest_entry_job_id on contest_entry (job_id);

comment on column contest_entry.number is 'in the order they came';
comment on column contest_entry.hash is 'SHA-256 of its files'' SHA-256, when entered';
comment on column contest_entry.comment is 'the client''s, for its freelancer alone';
comment on column contest_entry.job_id is 'its handover';
comment on column attachment.subject_id is
    'a case (its brief), a delivery, a contest entry or an instruction';

grant select, insert, update on contest_entry to peerok_app;

-- As before; and contests wait for their prizes, in one queue with jobs.
create or replace function waiting_for_money(clients text[]) returns setof text
    language sql stable set search_path = public, pg_temp
as $$
    select workflow
      from (select kind || '/' || id as workflow, last_event_at
              from cases
             where client_id = any (clients) and kind in ('job', 'contest')
               and state = 'awaiting_funds'
            union all
            select 'chargeback/' || id, last_event_at
              from cases
             where client_id = any (clients) and kind = 'chargeback' and state = 'owing') waits
     order by last_event_at
$$;

-- Every entry that moved this person's credits, or the escrow of a job or contest that they paid
-- from them, or of a handover of such a contest's prize, in order: as far as it touched these.
create or replace function credits_way(person text, of_currency text)
    returns table (entry_id bigint, reference text, kind text, changes jsonb)
    language sql stable set search_path = public, pg_temp
as $$
    with mine as (
        select id from account
         where owner = person and kind = 'credits' and currency = of_currency
    ), paid as (
        select distinct there.id, c.id as case_id, c.kind
          from leg own
          join leg other on other.entry_id = own.entry_id
          join account there on there.id = other.account_id and there.kind = 'escrow'
          join cases c on c.id = there.owner and c.kind in ('job', 'contest')
         where own.account_id in (select id from mine)
    ), touched as (
        select id from mine
        union
        select id from paid
        union
        select a.id
          from paid p
          join cases j on j.data ? 'origin' and j.data ->> 'origin' = p.case_id
          join account a on a.owner = j.id and a.kind = 'escrow' and a.currency = of_currency
         where p.kind = 'contest'
    )
    select e.id, e.reference, e.kind,
           jsonb_agg(jsonb_build_array(a.kind, a.owner, l.amount_minor) order by a.id)
      from touched t
      join account a on a.id = t.id
      join leg l on l.account_id = a.id
      join journal_entry e on e.id = l.entry_id
     group by e.id
     order by e.id
$$;
