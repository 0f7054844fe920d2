-- A case whose first step is refused is over with it; those that stayed drafts since they were
-- refused are so from now on, and their workflows look.

alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','refused','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     when 'chargeback' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);
with refused as (
    update cases c
       set state = 'refused', over = true, closed_at = now(), owner = null, due_at = null,
           wake_at = null
     where c.state = 'draft' and not c.over and c.kind <> 'chargeback'
       and exists (select from instruction i where i.case_id = c.id)
       and not exists (select from instruction i where i.case_id = c.id and i.outcome is null)
    returning c.kind || '/' || c.id as workflow_id
)
insert into tell (workflow_id, signal) select workflow_id, 'told' from refused;
