-- Back to the schema before.

drop function take_step(text), write_step(jsonb);
