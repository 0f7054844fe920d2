-- The older schema has no place for cases of one person: whoever has some stays at this one.
drop function keep_announcements(jsonb, text);
drop table processor_look;
drop table processor_event;
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases alter column client_id set not null;
alter table cases alter column freelancer_id set not null;
