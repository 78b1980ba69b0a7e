"""What all pages use: the frame around them, where the reader is, tables, the lockstep view."""
