"""A course: lessons as text files, their prepared runs, and feedback from the numbers of a run."""
