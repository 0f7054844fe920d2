-- Seals: each entry's content, chained by hashes, so that what was sealed can't change unseen.

create table seal (
    n bigint not null,
    entry_id bigint not null,
    hash bytea not null,
    previous bytea not null,
    constraint pk_seal primary key (n),
    constraint uq_seal_entry_id unique (entry_id),
    constraint ck_seal_is_whole
        check (n > 0 and octet_length(hash) = 32 and octet_length(previous) = 32),
    constraint fk_seal_entry_id foreign key (entry_id) references journal_entry (id)
);
comment on column seal.n is 'from 1, without a gap';
comment on column seal.hash is 'SHA-256 of previous and the content';
comment on column seal.previous is 'hash of seal n - 1; first: zeros';

create trigger seal_is_final before update or delete or truncate on seal
    for each statement execute function refuse();

-- What a seal is taken over, as `domain/seals.py` says it.
create view entry_content as
select e.id as entry_id,
       json_build_array(
           e.id, e.reference, e.kind, e.case_id, e.cause,
           to_char(e.effective_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
           e.reverses, encode(e.request_hash, 'hex'), e.leg_count,
           (select json_agg(json_build_array(
                       l.account_id, a.kind, a.owner, a.currency, a.shard,
                       l.account_seq, l.amount_minor, l.balance_after)
                       order by l.account_id, l.account_seq)
              from leg l
             -- `offset 0` keeps each lookup a lookup, whatever the planner believes of the tables.
             cross join lateral (select kind, owner, currency, shard from account
                                  where id = l.account_id offset 0) a
             where l.entry_id = e.id)
       )::text as content
  from journal_entry e;
comment on view entry_content is 'the canonical form of an entry and its legs';

-- As a window function it gives one hash for each row, each taken over the one before.
create function next_seal(sofar bytea, before bytea, content text) returns bytea
    language plpgsql immutable
as $$
begin
    return sha256(coalesce(sofar, before) || convert_to(content, 'UTF8'));
end $$;

create aggregate seal_chain(before bytea, content text) (sfunc = next_seal, stype = bytea);

-- Seals at most so many entries with ids above `after` that have none, in the order of their ids,
-- and says how many and where the chain ends. No row: somebody else is sealing.
create function seal_entries(after bigint, most integer)
    returns table (entries bigint, last_n bigint, last_hash bytea)
    language plpgsql security definer
    set search_path = public, pg_temp
    -- As for `post`: a plan made while the tables were empty must be right when they are full.
    set jit = off
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_hashjoin = off
as $$
begin
    -- Any number nobody else uses. Whoever gets it sees all seals of whoever had it before.
    if not pg_try_advisory_xact_lock(24225) then
        return;
    end if;
    select s.n, s.hash into last_n, last_hash from seal s order by s.n desc limit 1;
    if not found then
        last_n := 0;
        last_hash := decode(repeat('00', 32), 'hex');
    end if;

    with waiting as materialized (
        select e.id
          from journal_entry e
         where e.id > after
           and not exists (select from seal s where s.entry_id = e.id and s.entry_id > after)
         order by e.id
         limit most
    ), chained as (
        select w.id, row_number() over sofar as nth,
               seal_chain(last_hash, (select v.content from entry_content v
                                       where v.entry_id = w.id)) over sofar as hash
          from waiting w
        window sofar as (order by w.id rows unbounded preceding)
    ), added as (
        insert into seal (n, entry_id, hash, previous)
        select last_n + c.nth, c.id, c.hash, lag(c.hash, 1, last_hash) over (order by c.nth)
          from chained c
        returning seal.n, seal.hash
    )
    select count(*), coalesce(max(a.n), last_n),
           coalesce((array_agg(a.hash order by a.n desc))[1], last_hash)
      into entries, last_n, last_hash
      from added a;
    return next;
end $$;

revoke execute on function
    next_seal(bytea, bytea, text), seal_chain(bytea, text), seal_entries(bigint, integer)
    from public;
grant select on seal, entry_content to peerok_app;
grant execute on function seal_entries(bigint, integer) to peerok_app;
