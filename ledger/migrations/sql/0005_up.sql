-- What was refused in a case is told in its case file.

create index ix_instruction_refused on instruction (case_id)
    where (outcome ->> 'status') = 'refused';
