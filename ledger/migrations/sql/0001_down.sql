-- Back to an empty database.

drop view posting_line, account_balance;
drop function refuse_wrong_legs;
drop table
    account, account_kind, agreement, attachment, brief, cases, delivery, event, file, instruction,
    journal_entry, leg, mail, notice, person, receipt, reply, signature, tell, token,
    work_permission;
drop sequence account_number;
drop function
    post, wallets, open_accounts, open_escrow, open_all, content_hash, refuse, legs_added,
    entry_has_legs, account_is_new;
