drop index ix_receipt_unconfirmed;
drop trigger staff_task_keeps_its_time on staff_task;
drop index ix_staff_task_due;
alter table staff_task drop column due_at, drop column escalated_at;
drop index ix_tax_form_ends;
drop table tax_form_reminder;
