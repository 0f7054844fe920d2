-- The only ways to write the journal. All run as their owner: the application can't do it itself.

-- Accounts are locked in the order of their ids, so the id begins with a rank: people's accounts,
-- which a step locks early (`wallets`) to see what they hold, then those of cases, whose row the
-- step has locked anyway, and last the platform's, which any step may touch: it must never hold
-- one of them while it waits for a person's.
create function open_all(owners text[], kinds text[], currencies text[], shards integer[])
    returns void
    language sql set search_path = public, pg_temp
as $$
    insert into account (id, owner, kind, currency, shard, floor, ceiling)
    select k.lock_rank * 1099511627776 + nextval('account_number'),
           w.owner, w.kind, w.currency, w.shard, k.floor, k.ceiling
      from (select distinct *
              from unnest(owners, kinds, currencies, shards) _ (owner, kind, currency, shard)) w
      join account_kind k using (kind)
     order by k.lock_rank, w.owner, w.kind, w.currency, w.shard
        on conflict (owner, kind, currency, shard) do nothing
$$;

-- What an entry does, whoever caused it and whenever: equal hashes mean the same entry.
create function content_hash(entry jsonb) returns bytea
    language sql stable
as $$
    select sha256(convert_to((entry -> 'kind')::text || (entry -> 'postings')::text, 'UTF8'))
$$;

-- Writes entries: [{reference, kind, case_id, cause, effective_at, postings: [{source_kind,
-- source_owner, target_kind, target_owner, currency, amount_minor > 0}]}]. A leg is what an entry
-- changes on an account in total. An entry that is already written is left alone.
create function post(entries jsonb) returns void
    language plpgsql security definer
    set search_path = public, pg_temp
    -- Every call is alike: planning it costs more than running it, compiling it a thousand times
    -- more, and a plan made while the tables were empty must still be right when they are full.
    set plan_cache_mode = force_generic_plan
    set jit = off
    set enable_seqscan = off
as $$
declare
    -- One connection, one shard: two that write at the same time meet in none.
    my_shard constant integer := pg_backend_pid() % 64;
    leg_n bigint[];
    leg_account bigint[];
    leg_change bigint[];
    new_id bigint[];
    unopened boolean;
    wrong text;
begin
    for attempt in 1..2 loop
        select array_agg(n), array_agg(account_id), array_agg(change),
               bool_or(account_id is null), min(wrong_reference)
          into leg_n, leg_account, leg_change, unopened, wrong
          from (select n, account_id, sum(change)::bigint as change,
                       min(reference) filter (where (amount_minor > 0) is not true)
                           as wrong_reference
                  from (select e.n, e.body ->> 'reference' as reference, p.amount_minor,
                               side.change,
                               -- One by one through the index, however many there are.
                               (select a.id
                                  from account_kind k
                                  join account a using (kind)
                                 where k.kind = side.kind
                                   and a.owner = side.owner
                                   and a.currency = p.currency
                                   and a.shard = case when k.shared then my_shard else 0 end
                               ) as account_id
                          from jsonb_array_elements(entries) with ordinality as e (body, n)
                         cross join jsonb_to_recordset(e.body -> 'postings') as p (
                                   source_kind text, source_owner text,
                                   target_kind text, target_owner text,
                                   currency text, amount_minor bigint)
                         cross join lateral (
                                   values (p.source_kind, p.source_owner, -p.amount_minor),
                                          (p.target_kind, p.target_owner, p.amount_minor)
                               ) as side (kind, owner, change)) side
                 group by n, account_id
                having sum(change) <> 0 or account_id is null) leg;
        if wrong is not null then
            raise exception '% moves an amount that is not above zero', wrong
                using errcode = 'PK003';
        end if;
        exit when unopened is not true;
        if attempt = 2 then
            raise exception 'a posting names no account' using errcode = 'PK003';
        end if;
        perform open_all(array_agg(side.owner), array_agg(side.kind), array_agg(p.currency),
                         array_agg(case when k.shared then my_shard else 0 end))
           from jsonb_array_elements(entries) as e (body)
          cross join jsonb_to_recordset(e.body -> 'postings') as p (
                    source_kind text, source_owner text,
                    target_kind text, target_owner text, currency text)
          cross join lateral (values (p.source_kind, p.source_owner),
                                     (p.target_kind, p.target_owner)) as side (kind, owner)
           join account_kind k on k.kind = side.kind;
    end loop;

    with given as materialized (
        select nextval('journal_entry_id_seq') as id, n, body
          from jsonb_array_elements(entries) with ordinality as e (body, n)
    ), written as (
        insert into journal_entry
               (id, reference, kind, case_id, cause, effective_at, request_hash, leg_count)
               overriding system value
        select id, body ->> 'reference', body ->> 'kind', body ->> 'case_id', body ->> 'cause',
               (body ->> 'effective_at')::timestamptz, content_hash(body),
               coalesce(cardinality(array_positions(leg_n, n)), 0)
          from given
         order by 2
            on conflict (reference) do nothing
        returning id
    )
    select array_agg(w.id order by g.n) into new_id
      from given g left join written w using (id);

    if array_position(new_id, null) is not null then
        select e.reference
          into wrong
          from jsonb_array_elements(entries) as g (body)
          join journal_entry e on e.reference = g.body ->> 'reference'
         where e.request_hash <> content_hash(g.body)
         limit 1;
        if found then
            raise exception '% was written with other content', wrong
                using errcode = 'PK001', detail = jsonb_build_object('reference', wrong);
        end if;
    end if;

    insert into leg (account_id, account_seq, entry_id, amount_minor, balance_after)
    select a.id, a.seq + row_number() over sofar, new_id[l.n], l.change,
           a.balance_minor + sum(l.change) over sofar
      from unnest(leg_n, leg_account, leg_change) as l (n, account_id, change)
      join (select id, balance_minor, seq
              from account
             where id = any (leg_account)
             order by id
               for no key update) a on a.id = l.account_id
     where new_id[l.n] is not null
    window sofar as (partition by a.id order by l.n rows unbounded preceding);
end $$;

-- What people hold, locked until the transaction ends.
create function wallets(people text[], in_currency text)
    returns table (owner text, kind text, balance_minor bigint)
    language plpgsql security definer set search_path = public, pg_temp
as $$
begin
    return query
    select a.owner, a.kind, a.balance_minor
      from account a
      join account_kind k on k.kind = a.kind and k.lock_rank = 1
     where a.owner = any (people) and a.currency = in_currency
     order by a.id
       for no key update of a;
end $$;

create function open_accounts(for_owner text, in_currency text) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    select open_all(array_agg(for_owner), array_agg(kind), array_agg(in_currency), array_agg(0))
      from account_kind
     where lock_rank = 1
$$;

create function open_escrow(for_owner text, in_currency text) returns void
    language sql security definer set search_path = public, pg_temp
as $$
    select open_all(array[for_owner], array['escrow'], array[in_currency], array[0])
$$;
