drop index ix_outside_line_file_id, ix_tax_form_file_id;
drop table upload_part, upload;
