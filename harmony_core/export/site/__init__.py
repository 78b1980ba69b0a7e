"""The course as a folder of files that any web host serves, and that opens from disk.

    write       everything, into a folder that is replaced as a whole
    *_page(s)   the pages, from ``templates/``
    steps       what the browser needs to answer a prediction
    exhibit     the runs of the gallery; ``recordings`` makes those of the presets
    js, css     the scripts and styles, built into ``built/`` by ``npm run build``

Nothing here imports torch: the runs were recorded beforehand.
"""
