"""The page of two experiments side by side."""
