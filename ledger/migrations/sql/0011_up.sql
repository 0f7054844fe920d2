-- Money comes by bank transfer, money order or check: announced by its client, or without a notice.

alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     else client_id is not null and freelancer_id is not null end
);

-- What a client writes on a transfer names one notice; a line of the bank's statement is one
-- receipt.
create unique index uq_cases_reference on cases ((data ->> 'reference'))
    where kind = 'remittance' and data ? 'reference';
create unique index uq_cases_bank_reference
    on cases ((data ->> 'method'), (data ->> 'bank_reference'))
    where kind = 'remittance' and data ? 'bank_reference';
create index ix_cases_remittances_open on cases (due_at, id) where kind = 'remittance' and not over;
create index ix_cases_meant_for on cases (client_id)
    where data ? 'for_case';

-- Money in suspense becomes its owner's when they are found; a step writes no parties.
create function case_finds_its_client() returns trigger
    language plpgsql set search_path = public, pg_temp
as $$
begin
    new.client_id := new.data ->> 'matched';
    return new;
end $$;
revoke execute on function case_finds_its_client() from public;
create trigger case_finds_its_client before update of data on cases
    for each row when (new.kind = 'remittance' and new.data ? 'matched')
    execute function case_finds_its_client();

-- Every entry that moved provisional money of this person, or of whoever it went to, in order: as
-- far as it touched provisional accounts and the escrows it passed through.
create function provisional_way(person text, of_currency text)
    returns table (entry_id bigint, reference text, kind text, changes jsonb)
    language sql stable set search_path = public, pg_temp
as $$
    with recursive reached (owner) as (
        select person
        union
        select there.owner
          from reached r
          join account mine on mine.owner = r.owner and mine.currency = of_currency
           and mine.kind in ('credits_provisional','earnings_provisional','escrow')
          join leg own on own.account_id = mine.id
          join leg other on other.entry_id = own.entry_id
          join account there on there.id = other.account_id
           and there.kind in ('credits_provisional','earnings_provisional','escrow')
    )
    select e.id, e.reference, e.kind,
           jsonb_agg(jsonb_build_array(a.kind, a.owner, l.amount_minor) order by a.id)
      from reached r
      join account a on a.owner = r.owner and a.currency = of_currency
       and a.kind in ('credits_provisional','earnings_provisional','escrow')
      join leg l on l.account_id = a.id
      join journal_entry e on e.id = l.entry_id
     group by e.id
     order by e.id
$$;
revoke execute on function provisional_way(text, text) from public;
grant execute on function provisional_way(text, text) to peerok_app;
