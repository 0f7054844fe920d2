-- Back to the schema before.

drop function take_step(text), lock_cases(text), write_step(jsonb), waiting_for_money(text[]);
