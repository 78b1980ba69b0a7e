"""The page that inspects a file."""
