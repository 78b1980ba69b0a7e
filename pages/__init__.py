"""The pages of the app: a file declares each, and the folders that begin with ``_`` draw them."""
