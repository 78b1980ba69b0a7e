"""The page that inspects a file, in parts."""
