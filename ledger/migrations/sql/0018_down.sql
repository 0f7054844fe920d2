create or replace view clearing_line as
select case a.kind when 'processor_clearing' then 'stripe' else 'bank' end as source,
       case a.kind
           when 'processor_clearing'
           then coalesce(d.key, v.facts ->> 'outside', v.facts ->> 'payment', e.reference)
           else coalesce(d.key, r.bank_reference, v.facts ->> 'bank_reference', e.reference)
       end as key,
       a.currency, e.id as entry_id, e.reference, e.recorded_at,
       coalesce(r.received_on, (e.effective_at at time zone 'UTC')::date) as day,
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
  left join event v on v.step_id = e.cause and v.case_id = e.case_id
 where a.kind in ('processor_clearing', 'bank_clearing');
drop table processor_payout;
