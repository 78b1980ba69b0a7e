"""The page of embedding maps."""
