-- Without profiles.
comment on column publication.subject_id is 'a project, a contest or a listing';
delete from publication where kind = 'freelancer';
alter table publication drop constraint ck_publication_kind_is_known;
alter table publication add constraint ck_publication_kind_is_known
    check (kind in ('project','contest','listing'));
drop table profile;
