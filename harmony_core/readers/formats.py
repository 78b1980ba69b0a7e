"""All formats that are read. A file is of the first format that matches it."""

from __future__ import annotations

from .annotations.coco_files import COCO_FILES
from .annotations.cvat import CVAT, CVAT_FILES
from .annotations.labelme import LABELME
from .annotations.open_images import OPEN_IMAGES, OPEN_IMAGES_FILES
from .annotations.voc import VOC
from .annotations.yolo import YOLO
from .format import FileFormat
from .images.image_contents import IMAGE_FOLDER, IMAGE_ZIP
from .images.web_dataset import WEB_DATASET
from .json_document import JSON
from .packed_table import PACKED, ZIPPED_TABLE
from .tables.arff_file import ARFF
from .tables.arrow_file import ARROW
from .tables.csv_file import CSV, TSV
from .tables.excel_file import EXCEL
from .tables.idx_files import IDX
from .tables.json_file import JSON_LINES
from .tables.libsvm_file import LIBSVM
from .tables.mat_file import MAT
from .tables.numpy_file import NPY, NPY_FOLDER, NPZ
from .tables.parquet_file import PARQUET
from .tables.shards import SHARDS
from .tables.uniq_file import UNIQ

FORMATS: tuple[FileFormat, ...] = (
    PACKED,
    PARQUET,
    ARROW,
    SHARDS,
    NPY,
    EXCEL,
    NPZ,
    NPY_FOLDER,
    IDX,
    MAT,
    WEB_DATASET,
    YOLO,
    COCO_FILES,
    CVAT,
    CVAT_FILES,
    VOC,
    LABELME,
    OPEN_IMAGES,
    OPEN_IMAGES_FILES,
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
