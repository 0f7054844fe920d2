-- Listings, which their freelancers sell to one buyer each, and baskets, which buy them.

alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','refused','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     when 'chargeback' then client_id is not null and freelancer_id is null
     when 'project' then client_id is not null and freelancer_id is null
     when 'contest' then client_id is not null and freelancer_id is null
     when 'basket' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);

create table listing (
    id text constraint pk_listing primary key,
    seller_id text not null constraint fk_listing_seller_id references person,
    state text not null default 'draft',
    version integer not null default 1,
    title text not null,
    description text not null,
    content text not null,
    tags text[] not null default '{}',
    price_minor bigint not null,
    currency text not null,
    buyer_id text constraint fk_listing_buyer_id references person,
    job_id text constraint fk_listing_job_id references cases,
    resold boolean not null default false,
    warranted_by text,
    warranted_at timestamptz,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    constraint ck_listing_state_is_known check (state in ('draft','listed','sold')),
    constraint ck_listing_costs_something check (price_minor > 0),
    constraint ck_listing_sold_has_its_job check (
        (state = 'sold') = (job_id is not null) and (job_id is null) = (buyer_id is null)
    ),
    constraint ck_listing_takes_two_people check (buyer_id <> seller_id),
    constraint ck_listing_warranty_is_dated check (
        (warranted_by is null) = (warranted_at is null)
    ),
    constraint ck_listing_offered_is_warranted check (
        state = 'draft' or warranted_at is not null
    )
);
create index ix_listing_seller_id on listing (seller_id, id desc);
create index ix_listing_buyer_id on listing (buyer_id);
create index ix_listing_job_id on listing (job_id);

create table listing_file (
    listing_id text not null constraint fk_listing_file_listing_id references listing,
    file_id text not null constraint fk_listing_file_file_id references file,
    ordinal smallint not null,
    preview boolean not null,
    constraint pk_listing_file primary key (listing_id, file_id)
);
create index ix_listing_file_file_id on listing_file (file_id);
alter table publication add column content text;
create index ix_publication_content on publication (content) where visible;
create index ix_file_sha256 on file (sha256);

comment on column publication.content is 'what kind of ready work it is';
comment on column listing.content is 'what kind of work it is';
comment on column listing.job_id is 'what it became';
comment on column listing.resold is 'an earlier buyer had the files';
comment on column listing.warranted_by is 'the name under which it was warranted as theirs';
comment on column listing_file.preview is 'shown with a watermark before the sale';

grant select, insert, update on listing to peerok_app;
grant select, insert, delete on listing_file to peerok_app;
