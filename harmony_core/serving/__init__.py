"""A server's visitors: in which mode it serves them, whose a thing is, and what each may do."""
