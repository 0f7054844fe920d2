-- A payment that was credited is taken back by the card network: a case of its client alone, once
-- for each dispute.

alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     when 'chargeback' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);
create unique index uq_cases_disputed on cases ((data ->> 'dispute')) where kind = 'chargeback';
create index ix_cases_payment on cases ((data ->> 'payment'))
    where kind = 'deposit' and data ? 'payment';
create index ix_processor_event_disputes on processor_event (about)
    where kind like 'charge.dispute.%';

-- As before; and a dispute names no case of ours, but a chargeback names its dispute.
create or replace function keep_announcements(announced jsonb, heard_as text)
    returns table (made bigint, tells jsonb)
    language sql set search_path = public, pg_temp
as $$
    with kept as (
        insert into processor_event (id, kind, about, case_id, created_at)
        select id, kind, about, case_id, created_at
          from jsonb_populate_recordset(null::processor_event, announced)
            on conflict (id) do nothing
        returning id, kind, about, case_id
    ), news as (
        select kept.kind, kept.about, kept.case_id
          from kept
          join jsonb_to_recordset(announced) as a (id text, matters boolean) using (id)
         where a.matters
    ), concerned as (
        select case_id as id from news where case_id is not null
        union all
        select d.id
          from (select about from news where kind like 'charge.dispute.%') n
         cross join lateral (
             select c.id from cases c
              where c.kind = 'chargeback' and c.data ->> 'dispute' = n.about
             offset 0
         ) d
    ), told as (
        insert into tell (workflow_id, signal)
        select distinct c.kind || '/' || c.id, heard_as
          from concerned join cases c using (id)
         where not c.over
        returning id, workflow_id
    )
    select (select count(*) from kept),
           (select jsonb_agg(jsonb_build_array(id, workflow_id)) from told)
$$;

-- Every entry that moved this person's credits, or the escrow of a job that they paid from them, in
-- order: as far as it touched these.
create function credits_way(person text, of_currency text)
    returns table (entry_id bigint, reference text, kind text, changes jsonb)
    language sql stable set search_path = public, pg_temp
as $$
    with mine as (
        select id from account
         where owner = person and kind = 'credits' and currency = of_currency
    ), touched as (
        select id from mine
        union
        select there.id
          from leg own
          join leg other on other.entry_id = own.entry_id
          join account there on there.id = other.account_id and there.kind = 'escrow'
          join cases c on c.id = there.owner and c.kind = 'job'
         where own.account_id in (select id from mine)
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
revoke execute on function credits_way(text, text) from public;
grant execute on function credits_way(text, text) to peerok_app;
