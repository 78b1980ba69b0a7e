"""A course that runs: lessons as text files, feedback from a run, and what a teacher needs.

No torch is imported here: a lesson's run is trained by a worker as any other experiment, and the
texts on its result are filled in from its recorded frames.

    course      lessons in ``texts/``, their prepared runs in ``runs/``, and the feedback on them
    classroom   a student's place in the course, classes in memory, tallies, pages to print
    glossary    the terms in ``terms.yaml`` and their drawings

A new lesson is one text file, and its prepared run.
"""
