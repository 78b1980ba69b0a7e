"""The server around the app: who may come in, what leaves, what an operator sees, start and end."""
