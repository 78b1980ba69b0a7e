"""The teacher’s page."""
