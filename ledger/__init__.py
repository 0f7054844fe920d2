"""The book of record: what PostgreSQL keeps, and the only functions that write it."""
