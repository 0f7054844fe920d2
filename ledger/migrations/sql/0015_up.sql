-- Who was told before a tax form ends, and until when somebody has to have looked at a task.

create table tax_form_reminder (
    form_id text not null,
    days integer not null,
    at timestamptz default now() not null,
    constraint pk_tax_form_reminder primary key (form_id, days),
    constraint ck_tax_form_reminder_is_before check (days > 0),
    constraint fk_tax_form_reminder_form_id foreign key (form_id) references tax_form (id)
);
comment on table tax_form_reminder is 'its person was told so many days before its last one';
create index ix_tax_form_ends on tax_form (valid_until) where state = 'signed';

alter table staff_task add column due_at timestamptz, add column escalated_at timestamptz;
create index ix_staff_task_due on staff_task (due_at, id)
    where closed_at is null and due_at is not null;

create index ix_receipt_unconfirmed on receipt (id) where confirmed_at is null;

create trigger tax_form_reminder_is_final before update or delete or truncate on tax_form_reminder
    for each statement execute function refuse();
create trigger staff_task_keeps_its_time before update of due_at on staff_task
    for each statement execute function refuse();

grant select, insert on tax_form_reminder to peerok_app;
grant update (escalated_at) on staff_task to peerok_app;
