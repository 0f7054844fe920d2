\set a random(1, :people)
select post(jsonb_build_array(jsonb_build_object(
    'reference', gen_random_uuid(), 'kind', 'transfer', 'cause', 'benchmark', 'effective_at', now(),
    'postings', jsonb_build_array(jsonb_build_object(
        'source_kind', 'credits', 'source_owner', 'user_' || :a,
        'target_kind', 'platform_fees', 'target_owner', 'platform',
        'currency', 'USD', 'amount_minor', 1)))));
