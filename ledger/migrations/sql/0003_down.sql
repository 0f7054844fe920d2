-- Without published keys and calendar feeds.

drop index ix_notice_case_id;
drop table signing_key, deadline_feed;
