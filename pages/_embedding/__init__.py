"""The page of embeddings, in parts."""
