-- A certificate is kept as it was signed, and so is its paper: neither changes with a key or a
-- build. What makes one void is not written here: it follows from the case and from the key.

create table certificate (
    id text not null,
    case_id text not null,
    version integer not null,
    revokes text,
    public_key bytea not null,
    document bytea not null,
    paper bytea,
    issued_at timestamp with time zone not null default now(),
    constraint pk_certificate primary key (id),
    constraint fk_certificate_case_id foreign key (case_id) references cases (id),
    constraint fk_certificate_revokes foreign key (revokes) references certificate (id),
    constraint fk_certificate_public_key foreign key (public_key)
        references signing_key (public_key),
    constraint ck_certificate_says_something check (octet_length(document) > 0)
);
create index ix_certificate_case_id on certificate (case_id, id desc);
create index ix_certificate_revokes on certificate (revokes) where revokes is not null;
comment on column certificate.version is 'of the case, with which the work changed hands';
comment on column certificate.revokes is 'null: it certifies; else which one it takes back';
comment on column certificate.document is 'canonical JSON with its signature';
comment on column certificate.paper is 'the PDF, sealed with the same key; null: too long for paper';

create table case_access (
    seq bigint generated always as identity,
    case_id text not null,
    person_id text not null,
    role text not null,
    what text not null,
    file_id text,
    at timestamp with time zone not null default now(),
    minute timestamp with time zone not null default date_trunc('minute', now()),
    constraint pk_case_access primary key (seq),
    constraint fk_case_access_case_id foreign key (case_id) references cases (id),
    constraint fk_case_access_person_id foreign key (person_id) references person (id),
    constraint fk_case_access_file_id foreign key (file_id) references file (id),
    constraint ck_case_access_what_is_known check (what in ('brief', 'file', 'preview')),
    constraint ck_case_access_names_its_file check ((what = 'brief') = (file_id is null))
);
create index ix_case_access_file_id on case_access (file_id) where file_id is not null;
create index ix_case_access_case_id on case_access (case_id, seq);
create unique index uq_case_access_minute on case_access
    (case_id, person_id, role, what, file_id, minute) nulls not distinct;
comment on column case_access.role is 'as whom they looked';
comment on column case_access.minute is 'whoever looks again within it is one row';

alter table brief add column confidentiality text;
comment on column brief.confidentiality is 'what the client asks besides the agreement in force';

create trigger certificate_is_final before update or delete or truncate on certificate
    for each statement execute function refuse();
create trigger case_access_is_final before update or delete or truncate on case_access
    for each statement execute function refuse();

grant select, insert on certificate, case_access to peerok_app;
