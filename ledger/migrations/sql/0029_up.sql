-- That somebody read what was entered in a contest is written down too.

alter table case_access drop constraint ck_case_access_what_is_known;
alter table case_access add constraint ck_case_access_what_is_known
    check (what in ('brief', 'entries', 'file', 'preview'));
alter table case_access drop constraint ck_case_access_names_its_file;
alter table case_access add constraint ck_case_access_names_its_file
    check ((what in ('brief', 'entries')) = (file_id is null));
