-- Back to the schema before.

drop index ix_instruction_refused;
