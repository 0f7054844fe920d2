-- Profiles, by which freelancers are found.

create table profile (
    person_id text constraint pk_profile primary key constraint fk_profile_person_id references person,
    state text not null default 'draft',
    title text,
    summary text,
    skills text[] not null default '{}',
    rate_minor bigint,
    currency text not null default 'USD',
    credentials text,
    experience jsonb not null default '[]',
    portfolio jsonb not null default '[]',
    education jsonb not null default '[]',
    certifications jsonb not null default '[]',
    published_at timestamptz,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    constraint ck_profile_state_is_known check (state in ('draft','published')),
    constraint ck_profile_hour_costs_something check (rate_minor > 0),
    constraint ck_profile_published_is_findable check (
        state = 'draft' or (published_at is not null and title is not null
        and summary is not null and skills <> '{}')
    )
);
comment on column profile.rate_minor is 'for an hour, if it is said';

alter table publication drop constraint ck_publication_kind_is_known;
alter table publication add constraint ck_publication_kind_is_known
    check (kind in ('project','contest','listing','freelancer'));
comment on column publication.subject_id is 'a project, a contest, a listing or a freelancer';

grant select, insert, update on profile to peerok_app;
