-- Older builds know no such state: what could not begin is a draft again.
update cases
   set state = 'draft', over = false, closed_at = null, due_at = opened_at,
       owner = case kind when 'withdrawal' then 'freelancer' else 'client' end
 where state = 'refused';
alter table cases drop constraint ck_cases_has_its_parties;
alter table cases add constraint ck_cases_has_its_parties check (
    case kind when 'deposit' then client_id is not null and freelancer_id is null
     when 'withdrawal' then client_id is null and freelancer_id is not null
     when 'remittance' then freelancer_id is null
          and (client_id is not null or state in ('draft','suspense','returned'))
     when 'refund' then client_id is not null and freelancer_id is null
     when 'chargeback' then client_id is not null and freelancer_id is null
     else client_id is not null and freelancer_id is not null end
);
