-- Without listings.
drop index ix_file_sha256;
alter table publication drop column content;
drop table listing_file, listing;

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
     else client_id is not null and freelancer_id is not null end
);
