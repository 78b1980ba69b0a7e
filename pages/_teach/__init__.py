"""The teacher's page, in parts."""
