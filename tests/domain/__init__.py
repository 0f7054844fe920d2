"""The law is tested alone: no server, no clock, no database."""
