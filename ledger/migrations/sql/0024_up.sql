-- Contests: what is entered in them; they wait for money beside jobs, money is followed through, and
-- a prize that ten thousand share is one entry.

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

-- As before, but in a time that grows with an entry and not with its square.
create or replace function post(entries jsonb) returns void
    language plpgsql security definer
    set search_path = public, pg_temp
    -- Every call is alike: planning it costs more than running it, compiling it a thousand times
    -- more, and a plan made while the tables were empty must still be right when they are full.
    set plan_cache_mode = force_generic_plan
    set jit = off
    set enable_seqscan = off
as $$
declare
    -- One connection, one shard: two that write at the same time meet in none.
    my_shard constant integer := pg_backend_pid() % 64;
    leg_n bigint[];
    leg_account bigint[];
    leg_change bigint[];
    new_id bigint[];
    unopened boolean;
    wrong text;
begin
    for attempt in 1..2 loop
        select array_agg(n), array_agg(account_id), array_agg(change),
               bool_or(account_id is null), min(wrong_reference)
          into leg_n, leg_account, leg_change, unopened, wrong
          from (select n, account_id, sum(change)::bigint as change,
                       min(reference) filter (where (amount_minor > 0) is not true)
                           as wrong_reference
                  from (select e.n, e.body ->> 'reference' as reference, p.amount_minor,
                               side.change,
                               -- One by one through the index, however many there are.
                               (select a.id
                                  from account_kind k
                                  join account a using (kind)
                                 where k.kind = side.kind
                                   and a.owner = side.owner
                                   and a.currency = p.currency
                                   and a.shard = case when k.shared then my_shard else 0 end
                               ) as account_id
                          from jsonb_array_elements(entries) with ordinality as e (body, n)
                         cross join jsonb_to_recordset(e.body -> 'postings') as p (
                                   source_kind text, source_owner text,
                                   target_kind text, target_owner text,
                                   currency text, amount_minor bigint)
                         cross join lateral (
                                   values (p.source_kind, p.source_owner, -p.amount_minor),
                                          (p.target_kind, p.target_owner, p.amount_minor)
                               ) as side (kind, owner, change)
                        -- Else each row would carry its whole entry to be sorted: of ten thousand
                        -- postings, all of them ten thousand times.
                        offset 0) side
                 group by n, account_id
                having sum(change) <> 0 or account_id is null) leg;
        if wrong is not null then
            raise exception '% moves an amount that is not above zero', wrong
                using errcode = 'PK003';
        end if;
        exit when unopened is not true;
        if attempt = 2 then
            raise exception 'a posting names no account' using errcode = 'PK003';
        end if;
        perform open_all(array_agg(side.owner), array_agg(side.kind), array_agg(p.currency),
                         array_agg(case when k.shared then my_shard else 0 end))
           from jsonb_array_elements(entries) as e (body)
          cross join jsonb_to_recordset(e.body -> 'postings') as p (
                    source_kind text, source_owner text,
                    target_kind text, target_owner text, currency text)
          cross join lateral (values (p.source_kind, p.source_owner),
                                     (p.target_kind, p.target_owner)) as side (kind, owner)
           join account_kind k on k.kind = side.kind;
    end loop;

    with given as materialized (
        select nextval('journal_entry_id_seq') as id, n, body
          from jsonb_array_elements(entries) with ordinality as e (body, n)
    ), written as (
        insert into journal_entry
               (id, reference, kind, case_id, cause, effective_at, request_hash, leg_count)
               overriding system value
        select id, body ->> 'reference', body ->> 'kind', body ->> 'case_id', body ->> 'cause',
               (body ->> 'effective_at')::timestamptz, content_hash(body),
               coalesce(cardinality(array_positions(leg_n, n)), 0)
          from given
         order by 2
            on conflict (reference) do nothing
        returning id
    )
    select array_agg(w.id order by g.n) into new_id
      from given g left join written w using (id);

    if array_position(new_id, null) is not null then
        select e.reference
          into wrong
          from jsonb_array_elements(entries) as g (body)
          join journal_entry e on e.reference = g.body ->> 'reference'
         where e.request_hash <> content_hash(g.body)
         limit 1;
        if found then
            raise exception '% was written with other content', wrong
                using errcode = 'PK001', detail = jsonb_build_object('reference', wrong);
        end if;
    end if;

    insert into leg (account_id, account_seq, entry_id, amount_minor, balance_after)
    select a.id, a.seq + row_number() over sofar, new_id[l.n], l.change,
           a.balance_minor + sum(l.change) over sofar
      from unnest(leg_n, leg_account, leg_change) as l (n, account_id, change)
      join (select id, balance_minor, seq
              from account
             where id = any (leg_account)
             order by id
               for no key update) a on a.id = l.account_id
     where new_id[l.n] is not null
    window sofar as (partition by a.id order by l.n rows unbounded preceding);
end $$;
