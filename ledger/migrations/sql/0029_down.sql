-- Without who read what was entered.
alter table case_access disable trigger case_access_is_final;
delete from case_access where what = 'entries';
alter table case_access enable trigger case_access_is_final;
alter table case_access drop constraint ck_case_access_names_its_file;
alter table case_access add constraint ck_case_access_names_its_file
    check ((what = 'brief') = (file_id is null));
alter table case_access drop constraint ck_case_access_what_is_known;
alter table case_access add constraint ck_case_access_what_is_known
    check (what in ('brief', 'file', 'preview'));
