"""A study: settings × methods × seeds, trained cell by cell and compared with one baseline.

plan, study_file    what a study consists of; its YAML file
cells, sources      the config of each cell; where a setting's data file is
folder, results     what is on disk; the cells found in finished runs
local, cluster      two ways to train what is missing
train               trains it, retries once, keeps the table up to date
statistics, ranks   paired differences, ranks over settings
report, sentences   tables and what may be said
command             ``python -m harmony_core study``
"""

from __future__ import annotations
