-- The older schema has no place for chargebacks: whoever has some stays at this one.
drop function credits_way(text, text);
create or replace function keep_announcements(announced jsonb, heard_as text)
    returns table (made bigint, tells jsonb)
    language sql set search_path = public, pg_temp
as $$
    with kept as (
        insert into processor_event (id, kind, about, case_id, created_at)
        select id, kind, about, case_id, created_at
          from jsonb_populate_recordset(null::processor_event, announced)
            on conflict (id) do nothing
        returning id, case_id
    ), told as (
        insert into tell (workflow_id, signal)
        select distinct c.kind || '/' || c.id, heard_as
          from kept
          join jsonb_to_recordset(announced) as a (id text, matters boolean) using (id)
          join cases c on c.id = kept.case_id
         where a.matters and not c.over
        returning id, workflow_id
    )
    select (select count(*) from kept),
           (select jsonb_agg(jsonb_build_array(id, workflow_id)) from told)
$$;
drop index ix_processor_event_disputes;
drop index ix_cases_payment;
drop index uq_cases_disputed;
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);
