-- What the application may do; what is not granted here it can't.

revoke create on schema public from public;
grant usage on schema public to peerok_app;
grant select on all tables in schema public to peerok_app;

grant insert on agreement, signature, event, delivery to peerok_app;
grant insert, update on person, work_permission, cases, brief, notice, mail to peerok_app;
grant insert, update, delete on token, tell, file, reply to peerok_app;
grant insert, delete on attachment to peerok_app;
grant insert, update (outcome, decided_at) on instruction to peerok_app;
grant insert, update (confirmed_by, confirmed_at) on receipt to peerok_app;

revoke execute on all functions in schema public from public;
grant execute on function
    post(jsonb),
    wallets(text[], text),
    open_accounts(text, text),
    open_escrow(text, text)
    to peerok_app;
