\set a random(1, :people)
\set step random(1, 900)
select post((select jsonb_agg(jsonb_build_object(
    'reference', gen_random_uuid(), 'kind', 'transfer', 'cause', 'benchmark', 'effective_at', now(),
    'postings', jsonb_build_array(jsonb_build_object(
        'source_kind', 'credits', 'source_owner', 'user_' || (1 + (:a + n * 1009) % :people),
        'target_kind', 'credits', 'target_owner', 'user_' || (1 + (:a + n * 1009 + :step) % :people),
        'currency', 'USD', 'amount_minor', 1)))) from generate_series(1, 100) as n));
