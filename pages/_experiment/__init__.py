"""One experiment on a page: its view while it trains and after, and what stands beside it."""
