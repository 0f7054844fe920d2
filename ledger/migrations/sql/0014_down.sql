-- The older schema has no place for refunds to the source: whoever has some stays at this one.
drop index ix_cases_refunds_open;
drop index ix_cases_refunds_of;
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     else client_id is not null and freelancer_id is not null end
);
