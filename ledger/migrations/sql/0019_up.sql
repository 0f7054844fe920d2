-- What a card network moves and the law does not book by itself has an end, and an owner.

alter table clearance drop constraint ck_clearance_kind_is_known;
alter table clearance add constraint ck_clearance_kind_is_known
    check (kind in ('processor_fee','suspense','losses','client'));
create index ix_cases_owing on cases (client_id) where kind = 'chargeback' and state = 'owing';

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

-- What could not be begun is over; its workflow, and those of debts that may be paid and of returns
-- that did not fit, look again.
with refused as (
    update cases
       set state = 'refused', over = true, closed_at = now(), owner = null, due_at = null,
           wake_at = null
     where kind = 'chargeback' and state = 'draft' and not over
    returning id
)
insert into tell (workflow_id, signal)
select 'chargeback/' || id, 'told' from refused
union all
select 'chargeback/' || id, 'told' from cases
 where kind = 'chargeback' and not over
   and (state = 'owing' or (state in ('opened', 'answering', 'answered') and data ? 'tasks'));
