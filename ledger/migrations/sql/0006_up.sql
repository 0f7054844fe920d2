-- Steps that keep failing, for the radar.

create table failing_step (
    case_id text not null,
    what text not null,
    since timestamptz default now() not null,
    seen_at timestamptz default now() not null,
    constraint pk_failing_step primary key (case_id),
    constraint fk_failing_step_case_id foreign key (case_id) references cases (id)
);
comment on table failing_step is 'tried again as long as it is seen again';

grant select, insert, update, delete on failing_step to peerok_app;
