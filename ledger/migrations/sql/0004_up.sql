-- Staff tasks that are of no case, what the checks of the books found, and the radar's indexes.

create table staff_task (
    id text not null,
    kind text not null,
    what text not null,
    opened_at timestamptz default now() not null,
    closed_at timestamptz,
    closed_by text,
    reason text,
    constraint pk_staff_task primary key (id),
    constraint ck_staff_task_closed_is_explained check (
        (closed_at is null) = (closed_by is null) and (closed_at is null) = (reason is null)
    ),
    constraint fk_staff_task_closed_by foreign key (closed_by) references person (id)
);
create unique index uq_staff_task_open on staff_task (kind, what) where closed_at is null;

create table books_check (
    name text not null,
    ended_at timestamptz default now() not null,
    seconds double precision not null,
    violations integer not null,
    constraint pk_books_check primary key (name)
);
comment on table books_check is 'what the last check of each kind found';

create index ix_cases_of_staff on cases (id) where not over and owner = 'staff';
create index ix_cases_with_tasks on cases (id) where not over and data ? 'tasks';

alter table instruction add column traceparent text;
comment on column instruction.traceparent is 'the trace of the request it came with';

create trigger closed_once before update on staff_task
    for each row when (old.closed_at is not null) execute function refuse();
create trigger staff_task_stays before delete or truncate on staff_task
    for each statement execute function refuse();
create trigger instruction_keeps_its_trace before update of traceparent on instruction
    for each statement execute function refuse();

grant select, insert, update (closed_at, closed_by, reason) on staff_task to peerok_app;
grant select, insert, update on books_check to peerok_app;
