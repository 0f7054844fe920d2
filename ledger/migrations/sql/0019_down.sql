-- Older builds know none of this: what was refused is a draft again, and whoever has returns that
-- wait to be booked, or differences that were cleared for a client, stays at this schema.
update cases
   set state = 'draft', over = false, closed_at = null, due_at = opened_at, owner = 'processor'
 where kind = 'chargeback' and state = 'refused';
create or replace function waiting_for_money(clients text[]) returns setof text
    language sql stable set search_path = public, pg_temp
as $$
    select 'job/' || id
      from cases
     where client_id = any (clients) and kind = 'job' and state = 'awaiting_funds'
     order by last_event_at
$$;
drop index ix_cases_owing;
alter table clearance drop constraint ck_clearance_kind_is_known;
alter table clearance add constraint ck_clearance_kind_is_known
    check (kind in ('processor_fee','suspense','losses'));
