-- Tax forms: what they say lies sealed; who read it, and why, is written down for good.

create table tax_form (
    id text not null,
    person_id text not null,
    kind text not null,
    state text not null,
    payload bytea not null,
    key_id text not null,
    tin_type text not null,
    tin_last_four text,
    full_name text not null,
    certification integer not null,
    signed_at timestamptz default now() not null,
    signed_on date not null,
    valid_until date,
    file_id text,
    checked_by text,
    checked_at timestamptz,
    reason text,
    constraint pk_tax_form primary key (id),
    constraint ck_tax_form_kind check (kind in ('w9','w8ben')),
    constraint ck_tax_form_state_is_known check (
        state in ('signed','awaiting_check','rejected','superseded','expired')
    ),
    constraint ck_tax_form_tin_type_is_known check (
        tin_type in ('ssn','itin','ein','foreign','none')
    ),
    constraint ck_tax_form_four_and_no_more check (tin_last_four ~ '^[0-9A-Za-z]{4}$'),
    constraint ck_tax_form_ends_or_does_not check (
        (kind = 'w8ben') = (valid_until is not null)
    ),
    constraint ck_tax_form_checked_is_explained check (
        (checked_by is null) = (checked_at is null) and (checked_by is null) = (reason is null)
    ),
    constraint ck_tax_form_two_people check (checked_by <> person_id),
    constraint ck_tax_form_paper_is_checked check (
        case when file_id is null then checked_by is null
                  and state in ('signed','superseded','expired')
             when checked_by is null then state in ('awaiting_check','superseded')
             else state <> 'awaiting_check' end
    ),
    constraint fk_tax_form_person_id foreign key (person_id) references person (id),
    constraint fk_tax_form_file_id foreign key (file_id) references file (id),
    constraint fk_tax_form_checked_by foreign key (checked_by) references person (id)
);
comment on column tax_form.payload is 'what the form says, sealed';
comment on column tax_form.key_id is 'under which key';
comment on column tax_form.full_name is 'typed by whoever signed';
comment on column tax_form.certification is 'the version that was signed';
comment on column tax_form.signed_on is 'the day the signature bears';
comment on column tax_form.valid_until is 'the last day; null: until it is replaced';
comment on column tax_form.file_id is 'the form signed on paper';
create index ix_tax_form_person_id on tax_form (person_id);
create index ix_tax_form_state on tax_form (state, id desc);
create unique index uq_tax_form_in_force on tax_form (person_id) where state = 'signed';
create unique index uq_tax_form_to_check on tax_form (person_id) where state = 'awaiting_check';

create table tax_access (
    id bigint generated always as identity,
    form_id text not null,
    reader_id text not null,
    purpose text not null,
    at timestamptz default now() not null,
    constraint pk_tax_access primary key (id),
    constraint ck_tax_access_purpose_is_known check (
        purpose in ('signer','record','filing required by law')
    ),
    constraint fk_tax_access_form_id foreign key (form_id) references tax_form (id),
    constraint fk_tax_access_reader_id foreign key (reader_id) references person (id)
);
create index ix_tax_access_form_id on tax_access (form_id);

create function tax_form_moves() returns trigger language plpgsql as $$
declare
    decided constant text[] := array['state', 'checked_by', 'checked_at', 'reason'];
    old_row jsonb;
    checked boolean;
begin
    if tg_op = 'INSERT' then
        if new.checked_by is null and new.state in ('signed', 'awaiting_check') then
            return new;
        end if;
        raise exception 'tax form % does not begin so', new.id using errcode = 'PK003';
    end if;
    old_row := to_jsonb(old) - decided;
    checked := old.checked_by is null and new.checked_by is not null;
    if old_row = to_jsonb(new) - decided and (
        old.state = 'awaiting_check' and new.state in ('signed', 'rejected') and checked
        or (old.checked_by, old.checked_at, old.reason)
               is not distinct from (new.checked_by, new.checked_at, new.reason)
           and (old.state, new.state) in (('signed', 'superseded'), ('signed', 'expired'),
                                          ('awaiting_check', 'superseded'))
    ) then
        return new;
    end if;
    raise exception 'what was signed as tax form % stays as it is', old.id using errcode = 'PK003';
end $$;
revoke execute on function tax_form_moves() from public;

create trigger tax_form_moves before insert or update on tax_form
    for each row execute function tax_form_moves();
create trigger tax_form_stays before delete or truncate on tax_form
    for each statement execute function refuse();
create trigger tax_access_is_final before update or delete or truncate on tax_access
    for each statement execute function refuse();

grant select, insert, update (state, checked_by, checked_at, reason) on tax_form to peerok_app;
grant select, insert on tax_access to peerok_app;
