-- Unspent credits go back to the card, account or payer of one deposit: a case of its client alone.

alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);
create index ix_cases_refunds_of on cases ((data ->> 'deposit')) where kind = 'refund';
create index ix_cases_refunds_open on cases (due_at, id) where kind = 'refund' and not over;
