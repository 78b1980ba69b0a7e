"""The page of who has signed in, and the one that refuses those who have not."""
