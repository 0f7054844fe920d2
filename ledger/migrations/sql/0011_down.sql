-- The older schema has no place for remittances: whoever has some stays at this one.
drop function provisional_way(text, text);
drop trigger case_finds_its_client on cases;
drop function case_finds_its_client();
drop index ix_cases_meant_for;
drop index ix_cases_remittances_open;
drop index uq_cases_bank_reference;
drop index uq_cases_reference;
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);
