-- A step reads once and writes once: what it costs is its round trips.

-- A job and the dispute a step is about, the one named or else the open one; they stay locked, the
-- job first. No row when there is no such case.
create function lock_cases(about text) returns table (job jsonb, dispute jsonb, title text)
    language plpgsql set search_path = public, pg_temp
as $$
declare
    j cases;
    d cases;
begin
    select *
      into j
      from cases c
     where c.id = (select coalesce(parent_id, id) from cases where id = about)
       for no key update;
    if not found then
        return;
    end if;
    if about <> j.id or j.state = 'rejection_open' then
        select *
          into d
          from cases c
         where c.parent_id = j.id
           and c.kind = 'dispute'
           and (c.id = about or (about = j.id and not c.over))
           for no key update;
    end if;
    return query
    select to_jsonb(j), case when d.id is not null then to_jsonb(d) end,
           (select b.title from brief b where b.case_id = j.id);
end $$;

-- A person's instruction with the locked cases it is about. It is read behind the lock, where its
-- outcome is the last word.
create function take_step(wanted text)
    returns table (instruction jsonb, job jsonb, dispute jsonb, title text)
    language plpgsql set search_path = public, pg_temp
as $$
declare
    l record;
begin
    select * into l from lock_cases((select i.case_id from instruction i where i.id = wanted));
    return query
    select to_jsonb(i), l.job, l.dispute, l.title from instruction i where i.id = wanted;
end $$;

-- The workflows of these clients' jobs that wait for money, the longest waiting first.
create function waiting_for_money(clients text[]) returns setof text
    language sql stable set search_path = public, pg_temp
as $$
    select 'job/' || id
      from cases
     where client_id = any (clients) and kind = 'job' and state = 'awaiting_funds'
     order by last_event_at
$$;

-- Writes all that a step decided: {entries, opened, changed, notices, mails, events, deliveries,
-- attachments, instruction_id, outcome, told, signal, credited}. `changed` cases name the version
-- they had (`was`), mails whom they go to. Answers how long the instruction waited, and which
-- workflows must hear of it: [[id, workflow], …].
create function write_step(step jsonb) returns table (waited interval, tells jsonb)
    language plpgsql set search_path = public, pg_temp
    -- As in `post`: a plan made while the tables were empty must be right when they are full.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
as $$
declare
    rows_written integer;
begin
    if jsonb_array_length(step -> 'entries') > 0 then
        perform post(step -> 'entries');
    end if;

    insert into cases (id, kind, parent_id, state, version, over, owner, due_at, wake_at, client_id,
                       freelancer_id, mediator_id, terms, data, opened_at, last_event_at,
                       closed_at)
    select id, kind, parent_id, state, version, over, owner, due_at, wake_at, client_id,
           freelancer_id, mediator_id, terms, data, opened_at, last_event_at, closed_at
      from jsonb_populate_recordset(null::cases, step -> 'opened');

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

revoke execute on function
    lock_cases(text), take_step(text), waiting_for_money(text[]), write_step(jsonb)
    from public;
grant execute on function
    lock_cases(text), take_step(text), waiting_for_money(text[]), write_step(jsonb)
    to peerok_app;
