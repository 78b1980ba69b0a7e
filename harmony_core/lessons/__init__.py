"""A course that runs: lessons as text files, feedback from a run, and what a teacher needs.

No torch is imported here: a lesson's run is trained by a worker as any other experiment, and what
is said about it is computed from its recorded frames.

    expression   [[tail_B - tail_A]] in a text, and the conditions of a prediction
    outcome      what a run left behind, live or prepared
    facts        the named numbers of an outcome
    lesson       a lesson and its file
    feedback     a prediction against an outcome
    steps        where a student is, as a link and in the browser's own storage
    classroom    tallies of a class, in memory only
    worksheet    pages to print
"""
