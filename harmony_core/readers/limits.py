"""The limits of what is read.

A file is refused before it is read if its size, its table of contents or its header says that it is
too large; otherwise as soon as a limit is passed. The limits of image archives and of single images
are in `images.archives` and `images.decode`.
"""

from __future__ import annotations

MB = 2**20
GB = 2**30

TABLE_BYTES = 2 * GB
"""CSV, TSV and Parquet: they are streamed, never held in memory as a whole."""
SHARDS_BYTES = 64 * GB
"""All files of a table together; of each only the columns in use are read."""
JSON_LINES_BYTES = 1 * GB
JSON_BYTES = 256 * MB
"""A JSON document (records, COCO) has to be parsed as a whole."""
FOLDER_FILES = 5_000_000
"""Files of a folder of images named on this machine; nobody can upload a folder."""
EXCEL_BYTES = 64 * MB
EXCEL_UNPACKED_BYTES = 1 * GB
ARRAYS_BYTES = 2 * GB
ARRAYS_UNPACKED_BYTES = 2 * GB
"""What the arrays of an NPZ may come to; it is summed up from their headers."""

ROWS = 50_000_000
COLUMNS = 5_000
CELLS = 20_000_000
"""Of formats that are read through Python objects (Excel, JSON)."""
FIELD_CHARACTERS = 131_072
"""The limit the `csv` module has by itself."""
CLASSES = 200_000
"""More different labels than this are identifiers, not classes."""
NAME_CHARACTERS = 500
LABELS_PER_ROW = 1_000
COUNT = 10**15
"""Largest count a table of counts may claim for a class."""
SKIPPED_SHARE = 0.05
"""Largest share of rows with the wrong number of fields that is left out rather than refused."""

HEAD_BYTES = 256 * 1024
"""Read to find out what a file is and what its columns hold."""
PROBES = 4
PROBE_BYTES = 64 * 1024
"""Further places of a file to sample from, as files are often sorted by class."""

QUALITY_ROWS = 20_000
"""Rows checked for near duplicates; all rows of rare classes come first."""
NEAR_IMAGES = 120_000
"""Images that are looked at."""
SUSPECT_ROWS = 100_000
"""Rows whose labels are judged; of larger tables the same share of every class."""
SUSPECT_IMAGES = 30_000
SUSPECT_CELLS = 20_000_000
"""Judged samples times classes: the predictions that are held in memory."""
GIVEN_BYTES = 2 * GB
"""A file of predictions or embeddings."""
TRAINING_ROWS = 500_000
"""Rows the training script reads, at most."""
PILOT_ROWS = 20_000
"""Training rows of the pilot: what two cores compare in the default time."""
PILOT_IMAGES = 12_500
PILOT_CLASSES = 100
PILOT_COLUMNS = 2_000
"""Encoded features a table may have in the pilot."""
