-- Who is linked with whom: marks that people have in common, and what staff decided of a pair.

create table identity_mark (
    source_id text constraint pk_identity_mark primary key,
    person_id text not null constraint fk_identity_mark_person_id references person,
    kind text not null,
    mark text not null,
    key_id text not null,
    constraint ck_identity_mark_kind_is_known check (kind in ('payout_account')),
    constraint ck_identity_mark_is_a_keyed_hash check (mark ~ '^[0-9a-f]{64}$')
);
create index ix_identity_mark_mark on identity_mark (mark, person_id);
create index ix_identity_mark_person_id on identity_mark (person_id, mark);

create table link_decision (
    id text constraint pk_link_decision primary key,
    one_id text not null constraint fk_link_decision_one_id references person,
    other_id text not null constraint fk_link_decision_other_id references person,
    linked boolean not null,
    reason text not null,
    decided_by text not null constraint fk_link_decision_decided_by references person,
    decided_at timestamptz not null default now(),
    replaced_at timestamptz,
    constraint ck_link_decision_is_in_order check (one_id < other_id),
    constraint ck_link_decision_not_ones_own check (
        decided_by <> one_id and decided_by <> other_id
    )
);
create unique index uq_link_decision_in_force on link_decision (one_id, other_id)
    where replaced_at is null;
create index ix_link_decision_other_id on link_decision (other_id, one_id);

-- Each pair once each way round; a person is not linked with themselves here.
create view linked_people as
    select m.person_id as one_id, n.person_id as other_id
      from identity_mark m
      join identity_mark n on n.mark = m.mark and n.person_id <> m.person_id
     where not exists (
               select from link_decision d
                where d.one_id = least(m.person_id, n.person_id)
                  and d.other_id = greatest(m.person_id, n.person_id)
                  and d.replaced_at is null
                  and not d.linked)
    union
    select one_id, other_id from link_decision where linked and replaced_at is null
    union
    select other_id, one_id from link_decision where linked and replaced_at is null;

comment on column identity_mark.source_id is 'what it was made of: a payout method';
comment on column identity_mark.mark is 'HMAC-SHA256';
comment on column identity_mark.key_id is 'under a key made from this one';
comment on column link_decision.linked is 'false: what they have in common links them no longer';

create trigger link_decision_replaced_once before update on link_decision
    for each row when (old.replaced_at is not null) execute function refuse();
create trigger link_decision_stays before delete or truncate on link_decision
    for each statement execute function refuse();

grant select, insert, update (mark, key_id) on identity_mark to peerok_app;
grant select, insert, update (replaced_at) on link_decision to peerok_app;
grant select on linked_people to peerok_app;
