-- Back to the schema before.

drop table failing_step;
