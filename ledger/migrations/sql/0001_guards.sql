-- What keeps the book honest against everybody, the owner of the schema included.
-- SQLSTATEs: PK001 reference reused, PK002 floor broken, PK003 against the rules of the book.

create function refuse() returns trigger language plpgsql as $$
begin
    raise exception '% of % is against the rules of the book', lower(tg_op), tg_table_name
        using errcode = 'PK003';
end $$;

-- Legs. The statement that adds legs moves the balances too, so neither goes without the other.

create function legs_added() returns trigger language plpgsql as $$
begin
    -- One look at everything; only what looks unusual is looked at closely. `offset 0` keeps each
    -- lookup a lookup: a plan made while the tables were small would scan them for ever after.
    if exists (
        select from added l
         cross join lateral (select currency, floor, ceiling from public.account
                              where id = l.account_id offset 0) a
          left join lateral (select account_seq, balance_after from public.leg
                              where account_id = l.account_id
                                and account_seq = l.account_seq - 1 offset 0) last on true
         group by l.entry_id
        having sum(l.amount_minor) <> 0
            or min(a.currency) <> max(a.currency)
            or (select count(*) from public.leg where entry_id = l.entry_id)
                   <> (select leg_count from public.journal_entry where id = l.entry_id)
            or bool_or(l.balance_after < a.floor
                    or l.balance_after > a.ceiling
                    or l.balance_after <> coalesce(last.balance_after, 0) + l.amount_minor
                    or l.account_seq <> coalesce(last.account_seq, 0) + 1)
    ) then
        perform public.refuse_wrong_legs(array_agg(row(l.*)::public.leg)) from added l;
    end if;

    update public.account a
       set (balance_minor, seq) = (select balance_after, account_seq from public.leg
                                    where account_id = a.id
                                    order by account_seq desc limit 1)
     where id = any (array(select account_id from added));
    return null;
end $$;

create function refuse_wrong_legs(added leg[]) returns void language plpgsql as $$
declare
    wrong record;
begin
    select a.kind, a.owner, l.account_seq
      into wrong
      from unnest(added) l
      join public.account a on a.id = l.account_id
      left join public.leg last
        on last.account_id = l.account_id and last.account_seq = l.account_seq - 1
     where l.balance_after <> coalesce(last.balance_after, 0) + l.amount_minor
        or l.account_seq <> coalesce(last.account_seq, 0) + 1
     limit 1;
    if found then
        raise exception 'leg % does not continue % of %',
            wrong.account_seq, wrong.kind, wrong.owner
            using errcode = 'PK003';
    end if;

    -- All legs of an entry are counted, not only the new ones: so a finished entry, and with it
    -- every entry of an earlier transaction, takes no more. (Comparing xmin with the current
    -- transaction would say the same but refuse a post inside a savepoint.)
    select e.reference, e.leg_count
      into wrong
      from public.journal_entry e
     where e.id in (select entry_id from unnest(added))
       and (e.leg_count <> (select count(*) from public.leg where entry_id = e.id)
            or exists (select from public.leg l
                         join public.account a on a.id = l.account_id
                        where l.entry_id = e.id
                        group by a.currency
                       having sum(l.amount_minor) <> 0))
     limit 1;
    if found then
        raise exception 'the legs of % are not % or do not add up to zero',
            wrong.reference, wrong.leg_count
            using errcode = 'PK003';
    end if;

    select a.kind, a.owner, l.balance_after
      into wrong
      from unnest(added) l
      join public.account a on a.id = l.account_id
     where l.balance_after < a.floor or l.balance_after > a.ceiling
     order by l.account_id, l.account_seq
     limit 1;
    if found then
        raise exception '% of % would stand at %', wrong.kind, wrong.owner, wrong.balance_after
            using errcode = 'PK002',
                  detail = jsonb_build_object('kind', wrong.kind, 'owner', wrong.owner);
    end if;
end $$;

create trigger legs_added after insert on leg
    referencing new table as added for each statement execute function legs_added();
create trigger leg_is_final before update or delete or truncate on leg
    for each statement execute function refuse();

-- Entries.

create function entry_has_legs() returns trigger language plpgsql as $$
begin
    -- Given one leg, `legs_added` has seen to it that there are all.
    if not exists (select from public.leg where entry_id = new.id) then
        raise exception 'entry % has no legs', new.reference using errcode = 'PK003';
    end if;
    return null;
end $$;

create constraint trigger entry_has_legs after insert on journal_entry
    deferrable initially deferred for each row execute function entry_has_legs();
create trigger entry_is_final before update or delete or truncate on journal_entry
    for each statement execute function refuse();

-- Accounts.

create function account_is_new() returns trigger language plpgsql as $$
begin
    if new.balance_minor <> 0 or new.seq <> 0 or not exists (
        select from public.account_kind k
         where k.kind = new.kind
           and k.lock_rank = new.id >> 40
           and (k.shared or new.shard = 0)
           and (k.floor, k.ceiling) is not distinct from (new.floor, new.ceiling)
    ) then
        raise exception '% of % does not begin as the chart of accounts says',
            new.kind, new.owner using errcode = 'PK003';
    end if;
    return new;
end $$;

create trigger account_is_new before insert on account
    for each row execute function account_is_new();
-- Accounts change by the trigger on legs, which moves only balances, and by nothing else.
create trigger account_follows_legs before update on account
    for each statement when (pg_trigger_depth() = 0) execute function refuse();
create trigger account_stays before delete or truncate on account
    for each statement execute function refuse();

-- Decisions and what happened.

create trigger event_is_final before update or delete or truncate on event
    for each statement execute function refuse();
create trigger instruction_stays_itself
    before update of id, caller_id, idempotency_key, request_hash, case_id, role, command, body,
                     received_at on instruction
    for each statement execute function refuse();
create trigger decided_once before update of outcome, decided_at on instruction
    for each row when (old.outcome is not null) execute function refuse();
create trigger instruction_stays before delete or truncate on instruction
    for each statement execute function refuse();
