"""The pages of the app, a file each; folders that begin with ``_`` hold what they are made of."""
