-- Back to the schema before.

drop trigger instruction_keeps_its_trace on instruction;
alter table instruction drop column traceparent;
drop index ix_cases_of_staff, ix_cases_with_tasks;
drop table staff_task, books_check;
