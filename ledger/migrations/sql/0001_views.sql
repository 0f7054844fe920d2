-- What is read of the journal.

create view account_balance as
select owner, kind, currency, sum(balance_minor)::bigint as balance_minor
  from account
 group by owner, kind, currency;
comment on view account_balance is 'the shards of an account are one balance';

create view posting_line as
select l.entry_id, e.reference, e.kind as entry_kind, e.case_id, e.cause, e.effective_at,
       e.recorded_at, a.owner, a.kind, a.currency, a.shard, l.account_seq, l.amount_minor,
       l.balance_after
  from leg l
  join journal_entry e on e.id = l.entry_id
  join account a on a.id = l.account_id;
comment on view posting_line is 'each leg with the entry it belongs to';
