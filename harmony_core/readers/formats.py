"""All formats that are read. A file is of the first format that matches it."""

from __future__ import annotations

from .annotations.yolo import YOLO
from .format import FileFormat
from .images.image_files import IMAGE_FOLDER, IMAGE_ZIP
from .json_document import JSON
from .packed_table import PACKED, ZIPPED_TABLE
from .tables.arff_file import ARFF
from .tables.csv_file import CSV, TSV
from .tables.excel_file import EXCEL
from .tables.json_file import JSON_LINES
from .tables.libsvm_file import LIBSVM
from .tables.numpy_file import NPY, NPZ
from .tables.parquet_file import PARQUET
from .tables.uniq_file import UNIQ

FORMATS: tuple[FileFormat, ...] = (
    PACKED,
    PARQUET,
    NPY,
    EXCEL,
    NPZ,
    YOLO,
    IMAGE_FOLDER,
    ZIPPED_TABLE,
    IMAGE_ZIP,
    JSON_LINES,
    JSON,
    ARFF,
    LIBSVM,
    UNIQ,
    TSV,
    CSV,
)
