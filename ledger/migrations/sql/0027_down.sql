-- Without marks, and without what staff decided.
drop view linked_people;
drop table link_decision, identity_mark;
