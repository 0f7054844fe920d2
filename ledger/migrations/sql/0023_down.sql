alter table brief drop column confidentiality;
drop table case_access;
drop table certificate;
