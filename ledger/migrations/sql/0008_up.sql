-- Money comes from outside: a deposit is a case of its client alone, and the payment processor says
-- that something happened.

alter table cases alter column client_id drop not null;
alter table cases alter column freelancer_id drop not null;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);

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
