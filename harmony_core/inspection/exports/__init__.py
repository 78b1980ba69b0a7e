"""What a user takes along from the checks. One file and one entry adds a form."""

from __future__ import annotations

from .clean import CLEAN
from .export import Export
from .fiftyone import FIFTYONE
from .flagged_table import FLAGGED
from .gallery import GALLERY
from .label_issues import LABEL_ISSUES

EXPORTS: dict[str, Export] = {
    export.name: export for export in (FLAGGED, CLEAN, LABEL_ISSUES, FIFTYONE, GALLERY)
}
