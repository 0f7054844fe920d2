-- Projects: what is public of them, the bids on them, whom their clients invite, and questions.

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
create index ix_cases_origin on cases ((data ->> 'origin')) where data ? 'origin';

create table publication (
    subject_id text constraint pk_publication primary key,
    kind text not null,
    owner_id text not null constraint fk_publication_owner_id references person,
    title text not null,
    summary text not null,
    tags text[] not null default '{}',
    low_minor bigint,
    high_minor bigint,
    currency text not null,
    state text not null,
    visible boolean not null,
    deadline date,
    posted_at timestamptz not null default now(),
    ends_at timestamptz,
    words tsvector not null generated always as (
        setweight(to_tsvector('english', title), 'A')
        || setweight(array_to_tsvector(tags), 'B')
        || setweight(to_tsvector('english', summary), 'C')
    ) stored,
    constraint ck_publication_kind_is_known check (kind in ('project','contest','listing')),
    constraint ck_publication_prices_are_in_order check (low_minor > 0 and low_minor <= high_minor)
);
create index ix_publication_owner_id on publication (owner_id, subject_id desc);
create index ix_publication_words on publication using gin (words) where visible;
create index ix_publication_tags on publication using gin (tags) where visible;
create index ix_publication_price on publication (kind, low_minor, subject_id) where visible;
create index ix_publication_newest on publication (kind, subject_id desc) where visible;

create table bid (
    id text constraint pk_bid primary key,
    project_id text not null constraint fk_bid_project_id references cases,
    freelancer_id text not null constraint fk_bid_freelancer_id references person,
    version integer not null default 1,
    state text not null default 'placed',
    amount_minor bigint not null,
    days integer not null,
    message text not null,
    job_id text constraint fk_bid_job_id references cases,
    placed_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    constraint uq_bid_project_id_freelancer_id unique (project_id, freelancer_id),
    constraint ck_bid_state_is_known check (state in ('placed','withdrawn','awarded')),
    constraint ck_bid_awarded_has_job check ((state = 'awarded') = (job_id is not null)),
    constraint ck_bid_offers_something check (amount_minor > 0 and days between 1 and 365)
);
create index ix_bid_freelancer_id on bid (freelancer_id, id desc);
create index ix_bid_job_id on bid (job_id);

create table invitation (
    project_id text not null constraint fk_invitation_project_id references cases,
    freelancer_id text not null constraint fk_invitation_freelancer_id references person,
    invited_at timestamptz not null default now(),
    constraint pk_invitation primary key (project_id, freelancer_id)
);
create index ix_invitation_freelancer_id on invitation (freelancer_id);

create table message (
    id text constraint pk_message primary key,
    case_id text not null constraint fk_message_case_id references cases,
    freelancer_id text not null constraint fk_message_freelancer_id references person,
    author_id text not null constraint fk_message_author_id references person,
    body text not null,
    at timestamptz not null default now()
);
create index ix_message_thread on message (case_id, freelancer_id, id desc);
create index ix_message_freelancer_id on message (freelancer_id);
create index ix_message_author_id on message (author_id);

comment on column publication.subject_id is 'a project, a contest or a listing';
comment on column publication.deadline is 'when the work is wanted';
comment on column bid.job_id is 'what it became';
comment on column message.freelancer_id is 'with whom the client talks';

grant select on publication, bid, invitation, message to peerok_app;
grant insert, update on publication, bid to peerok_app;
grant insert on invitation, message to peerok_app;

-- Writes all that a step decided: {escrows, entries, opened, briefs, changed, notices, mails, events,
-- deliveries, attachments, instruction_id, outcome, told, signal, credited}. `changed` cases name the version
-- they had (`was`), mails whom they go to. Answers how long the instruction waited, and which
-- workflows must hear of it: [[id, workflow], …].
create or replace function write_step(step jsonb) returns table (waited interval, tells jsonb)
    language plpgsql set search_path = public, pg_temp
    -- As in `post`: a plan made while the tables were empty must be right when they are full.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
as $$
declare
    rows_written integer;
begin
    perform open_escrow(owner, currency)
       from jsonb_to_recordset(step -> 'escrows') as e (owner text, currency text);

    if jsonb_array_length(step -> 'entries') > 0 then
        perform post(step -> 'entries');
    end if;

    insert into cases (id, kind, parent_id, state, version, over, owner, due_at, wake_at, client_id,
                       freelancer_id, mediator_id, terms, data, opened_at, last_event_at,
                       closed_at)
    select id, kind, parent_id, state, version, over, owner, due_at, wake_at, client_id,
           freelancer_id, mediator_id, terms, data, opened_at, last_event_at, closed_at
      from jsonb_populate_recordset(null::cases, step -> 'opened');

    insert into brief (case_id, title, body)
    select case_id, title, body from jsonb_populate_recordset(null::brief, step -> 'briefs');

    update cases c
       set (state, version, over, owner, due_at, wake_at, mediator_id, data, last_event_at,
            closed_at)
         = (n.state, n.version, n.over, n.owner, n.due_at, n.wake_at, n.mediator_id, n.data,
            n.last_event_at, n.closed_at)
      from jsonb_array_elements(step -> 'changed') as e (body)
     cross join lateral jsonb_populate_record(null::cases, e.body) n
     where c.id = n.id and c.version = (e.body ->> 'was')::integer;
    get diagnostics rows_written = row_count;
    if rows_written <> jsonb_array_length(step -> 'changed') then
        raise exception 'a case was locked, yet its version is another' using errcode = 'PK004';
    end if;

    insert into notice (id, person_id, case_id, kind, subject, body, proves, at)
    select id, person_id, case_id, kind, subject, body, proves, at
      from jsonb_populate_recordset(null::notice, step -> 'notices');

    insert into mail (id, notice_id, address)
    select m.id, m.notice_id, p.email
      from jsonb_to_recordset(step -> 'mails') as m (id text, notice_id text, person_id text)
      join person p on p.id = m.person_id;

    insert into event (case_id, version, kind, state, actor, actor_id, step_id, instruction_id,
                       facts, outcome, at)
    select case_id, version, kind, state, actor, actor_id, step_id, instruction_id, facts, outcome,
           at
      from jsonb_populate_recordset(null::event, step -> 'events');

    insert into delivery (id, case_id, number, note, at)
    select id, case_id, number, note, at
      from jsonb_populate_recordset(null::delivery, step -> 'deliveries');

    insert into attachment (subject_id, file_id, case_id)
    select subject_id, file_id, case_id
      from jsonb_populate_recordset(null::attachment, step -> 'attachments');

    if step ->> 'instruction_id' is not null then
        update instruction i
           set outcome = step -> 'outcome', decided_at = clock_timestamp()
         where i.id = step ->> 'instruction_id' and i.outcome is null
        returning i.decided_at - i.received_at into waited;
        if not found then
            raise exception 'the instruction has an outcome already' using errcode = 'PK004';
        end if;
    end if;

    with hears as (
        select ordinal, workflow
          from jsonb_array_elements_text(step -> 'told') with ordinality as t (workflow, ordinal)
        union all
        select 1000000 + ordinal, workflow
          from waiting_for_money(array(select jsonb_array_elements_text(step -> 'credited')))
               with ordinality as w (workflow, ordinal)
    ), written as (
        insert into tell (workflow_id, signal)
        select workflow, step ->> 'signal' from hears order by ordinal
        returning id, workflow_id
    )
    select jsonb_agg(jsonb_build_array(id, workflow_id) order by id) into tells from written;
    return next;
end $$;
