"""The course, in parts."""
