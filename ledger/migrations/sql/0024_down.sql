-- Without contests.
drop table contest_entry;
comment on column attachment.subject_id is 'a case (its brief), a delivery or an instruction';
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','refused','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     when 'chargeback' then client_id is not null and freelancer_id is null
     when 'project' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);

-- As before; and a chargeback waits for its debt to be paid.
create or replace function waiting_for_money(clients text[]) returns setof text
    language sql stable set search_path = public, pg_temp
as $$
    select workflow
      from (select 'job/' || id as workflow, last_event_at
              from cases
             where client_id = any (clients) and kind = 'job' and state = 'awaiting_funds'
            union all
            select 'chargeback/' || id, last_event_at
              from cases
             where client_id = any (clients) and kind = 'chargeback' and state = 'owing') waits
     order by last_event_at
$$;

-- Every entry that moved this person's credits, or the escrow of a job that they paid from them, in
-- order: as far as it touched these.
create or replace function credits_way(person text, of_currency text)
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
