-- Uploads that arrive in parts, and how the files of one person are counted.

create table upload (
    id text not null,
    owner_id text not null,
    name text not null,
    size bigint not null,
    sha256 text,
    file_id text,
    created_at timestamptz default now() not null,
    expires_at timestamptz not null,
    constraint pk_upload primary key (id),
    constraint uq_upload_file_id unique (file_id),
    constraint ck_upload_is_announced check (size > 0 and length(sha256) = 64),
    constraint fk_upload_owner_id foreign key (owner_id) references person (id),
    constraint fk_upload_file_id foreign key (file_id) references file (id)
);
comment on column upload.sha256 is 'of the whole, if its sender said so';
comment on column upload.file_id is 'what it became';
create index ix_upload_owner_id on upload (owner_id);
create index ix_upload_expires_at on upload (expires_at);

create table upload_part (
    upload_id text not null,
    number integer not null,
    size bigint not null,
    sha256 text not null,
    key text not null,
    constraint pk_upload_part primary key (upload_id, number),
    constraint uq_upload_part_key unique (key),
    constraint ck_upload_part_is_whole check (number > 0 and size > 0 and length(sha256) = 64),
    constraint fk_upload_part_upload_id foreign key (upload_id) references upload (id)
        on delete cascade
);
comment on column upload_part.key is 'random, in the object store';

-- A file is deleted only when nothing refers to it.
create index ix_tax_form_file_id on tax_form (file_id) where file_id is not null;
create index ix_outside_line_file_id on outside_line (file_id) where file_id is not null;

grant select, insert, update, delete on upload, upload_part to peerok_app;
