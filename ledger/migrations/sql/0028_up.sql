-- Briefs that a step writes have what the client asks besides; words are found in tags as in texts.

create function together(words text[]) returns text
    language sql immutable parallel safe strict
    return array_to_string(words, ' ');
revoke execute on function together(text[]) from public;
grant execute on function together(text[]) to peerok_app;

alter table publication drop column words;
alter table publication add column words tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', together(tags)), 'B')
    || setweight(to_tsvector('english', summary), 'C')
    || setweight(to_tsvector('simple', case kind when 'freelancer'
                                       then split_part(summary, chr(10), 1) else '' end), 'A')
) stored;
create index ix_publication_words on publication using gin (words) where visible;

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

    insert into brief (case_id, title, body, confidentiality)
    select case_id, title, body, confidentiality
      from jsonb_populate_recordset(null::brief, step -> 'briefs');

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
