drop view clearing_line;
drop table clearance;
drop table difference;
drop table outside_reading;
drop table outside_line;
