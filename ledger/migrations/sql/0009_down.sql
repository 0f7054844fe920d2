drop table tax_access;
drop table tax_form;
drop function tax_form_moves();
