-- Money comes from outside: a deposit is a case of its client alone, and the payment processor says
-- that something happened.

alter table cases alter column client_id drop not null;
alter table cases alter column freelancer_id drop not null;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
) not valid;
-- Checked without keeping anybody from writing.
alter table cases validate constraint ck_cases_has_its_parties;

create table processor_event (
    id text not null constraint pk_processor_event primary key,
    kind text not null,
    about text not null,
    case_id text,
    created_at timestamptz not null,
    received_at timestamptz not null default now()
);
comment on column processor_event.id is 'the processor''s own';
comment on column processor_event.about is 'the processor''s id of what changed';
comment on column processor_event.case_id is 'as its metadata name it; nobody vouches for that';
create index ix_processor_event_created_at on processor_event (created_at);
grant select, insert on processor_event to peerok_app;

create table processor_look (
    name text not null constraint pk_processor_look primary key,
    began_at timestamptz not null
);
comment on table processor_look is 'when the last look began that saw all that was announced';
grant select, insert, update on processor_look to peerok_app;

-- Keeps announcements [{id, kind, about, case_id, created_at, matters}], each once, and writes that
-- the workflows of the open cases they name must hear of those that matter. Whatever their metadata
-- name, only a case of ours is told. Answers how many were new, and [[tell, workflow], …].
create function keep_announcements(announced jsonb, heard_as text)
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
revoke execute on function keep_announcements(jsonb, text) from public;
grant execute on function keep_announcements(jsonb, text) to peerok_app;
