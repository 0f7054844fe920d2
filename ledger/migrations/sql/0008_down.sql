-- Deposits are cases that the older schema has no place for.
delete from event where case_id in (select id from cases where kind = 'deposit');
drop table processor_event;
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases alter column client_id set not null;
alter table cases alter column freelancer_id set not null;
