"""The administrator's page: who uses what, stop, delete, announce."""
