-- What the processor pays to our own bank account is booked by its own name, which is the entry's
-- cause: at the processor as the line is called, at the bank as the bank calls it, once that is known.

create table processor_payout (
    id text not null,
    arrives_on date not null,
    bank_reference text,
    constraint pk_processor_payout primary key (id)
);
comment on table processor_payout is 'a payout of the processor''s to our own bank account';
comment on column processor_payout.id is 'the processor''s own';
comment on column processor_payout.arrives_on is 'from that day on the bank should have it';
comment on column processor_payout.bank_reference is
    'what the bank calls it, once the processor says';

create or replace view clearing_line as
select case a.kind when 'processor_clearing' then 'stripe' else 'bank' end as source,
       case a.kind
           when 'processor_clearing'
           then coalesce(d.key, case when o.id is not null then e.cause end,
                         v.facts ->> 'outside', v.facts ->> 'payment', e.reference)
           else coalesce(d.key, o.bank_reference, o.id, r.bank_reference,
                         v.facts ->> 'bank_reference', e.reference)
       end as key,
       a.currency, e.id as entry_id, e.reference, e.recorded_at,
       coalesce(case a.kind when 'bank_clearing' then o.arrives_on end, r.received_on,
                (e.effective_at at time zone 'UTC')::date) as day,
       case when e.kind in ('processor_fee', 'processor_fee_back') then 0
            else -l.amount_minor end as amount_minor,
       case when e.kind in ('processor_fee', 'processor_fee_back') then l.amount_minor
            else 0 end as fee_minor
  from account a
  join leg l on l.account_id = a.id
  join journal_entry e on e.id = l.entry_id
  left join clearance p on p.id = e.cause
  left join difference d on d.id = p.difference_id
  left join receipt r on r.id = e.cause
  left join processor_payout o on o.id = split_part(e.cause, '/', 1)
  left join event v on v.step_id = e.cause and v.case_id = e.case_id
 where a.kind in ('processor_clearing', 'bank_clearing');

create trigger processor_payout_is_known before update on processor_payout
    for each row when (old.bank_reference is not null) execute function refuse();
create trigger processor_payout_stays before delete or truncate on processor_payout
    for each statement execute function refuse();
grant select, insert, update (arrives_on, bank_reference) on processor_payout to peerok_app;
