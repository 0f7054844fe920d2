-- The public halves of the keys we sign with, and the secret addresses of calendar feeds.

create table signing_key (
    public_key bytea not null,
    first_used_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    constraint pk_signing_key primary key (public_key)
);
comment on column signing_key.public_key is 'Ed25519; its id is made from it';

create table deadline_feed (
    person_id text not null,
    hash bytea not null,
    created_at timestamptz not null default now(),
    constraint pk_deadline_feed primary key (person_id),
    constraint fk_deadline_feed_person_id foreign key (person_id) references person (id),
    constraint uq_deadline_feed_hash unique (hash)
);
comment on column deadline_feed.hash is 'SHA-256 of the secret';

create index ix_notice_case_id on notice (case_id);

grant select, insert on signing_key to peerok_app;
grant select, insert, update, delete on deadline_feed to peerok_app;
