"""The pages of the app, one file a page; files that begin with ``_`` hold what pages share."""
