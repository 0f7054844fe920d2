-- The older schema has no place for withdrawals, nor for a head of accounting: whoever has some
-- stays at this one.
drop table payout;
drop table payment_approval;
drop table payment_run;
drop table payout_method;
drop function payout_moves();
drop index ix_cases_at_the_processor;
drop index ix_cases_payment_date;
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     else client_id is not null and freelancer_id is not null end
);
alter table person drop constraint ck_person_roles_are_known;
alter table person add constraint ck_person_roles_are_known
    check (roles <@ array['staff', 'accounting', 'mediator', 'head_of_support']);
