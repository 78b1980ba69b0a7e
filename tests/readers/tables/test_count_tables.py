"""Tables that list classes with their counts are told from tables of samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

from .counted import counted, counts, rows

Write = Callable[[str, "bytes | str"], Path]
TREES = {"Larch": 12340, "Oak": 1180, "Yew": 96}
LISTS = {
    "thousands with commas": 'class,count\nLarch,"12,340"\nOak,"1,180"\nYew,"96"\n',
    "thousands with points": "Klasse;Anzahl\nLarch;12.340\nOak;1.180\nYew;96\n",
    "thousands with spaces": "class;count\nLarch;12 340\nOak;1 180\nYew;96\n",
    "thousands with hard spaces": "class;count\nLarch;12\u00a0340\nOak;1\u202f180\nYew;96\n",
    "thousands with apostrophes": "class;count\nLarch;12'340\nOak;1'180\nYew;96\n",
    "counts as fractions": "class,count\nLarch,12340.0\nOak,1180.0\nYew,96.0\n",
    "a share": "class,count,percent\nLarch,12340,90.63\nOak,1180,8.67\nYew,96,0.71\n",
    "a share with its sign": "class,count,share\nLarch,12340,90.6%\nOak,1180,8.7%\nYew,96,0.7%\n",
    "a rank": "rank,class,count\n1,Larch,12340\n2,Oak,1180\n3,Yew,96\n",
    "an id": "class_id,class_name,n_images\n7,Larch,12340\n3,Oak,1180\n9,Yew,96\n",
    "an index": ",class,count\n0,Larch,12340\n1,Oak,1180\n2,Yew,96\n",
    "a text": "class,count,description\nLarch,12340,a conifer\nOak,1180,a leaf\nYew,96,rare\n",
    "a total row": "class,count\nLarch,12340\nOak,1180\nYew,96\nTotal,13616\n",
    "a total row in German": "Klasse;Anzahl\nLarch;12340\nOak;1180\nYew;96\nSumme;13616\n",
    "count first": "count,class\n12340,Larch\n1180,Oak\n96,Yew\n",
    "value_counts": "label,count\nLarch,12340\nOak,1180\nYew,96\n",
    "value_counts of old": ",label\nLarch,12340\nOak,1180\nYew,96\n",
    "no header": "Larch\t12340\nOak\t1180\nYew\t96\n",
    "no header, count first": "12340,Larch\n1180,Oak\n96,Yew\n",
    "uniq -c": "  12340 Larch\n   1180 Oak\n     96 Yew\n",
    "number of images": "Species,Number of images\nLarch,12340\nOak,1180\nYew,96\n",
    "a sign for number": "Category,# samples\nLarch,12340\nOak,1180\nYew,96\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_counts_are_read(write: Write, name: str) -> None:
    contents = read_file(write("a.txt", LISTS[name]))
    assert (contents.kind, counts(contents)) == ("counts", TREES)


def test_splits_stay_apart_and_their_sum_is_left_out(write: Write) -> None:
    text = "class,train,val,test,total\nLarch,900,50,50,1000\nOak,80,5,5,90\n"
    labels = read_file(write("a.csv", text)).labels
    assert labels.splits == ("train", "validation", "test")
    assert labels.counts.tolist() == [[900, 80], [50, 5], [50, 5]]


def test_what_is_left_out_is_said(write: Write) -> None:
    contents = read_file(write("a.csv", LISTS["a total row"]))
    assert any("'Total' is the sum of the others" in note for note in contents.notes)
    contents = read_file(write("b.csv", LISTS["a share"]))
    assert any("'percent'" in note for note in contents.notes)
    kept = "class,count\nLarch,100\nTotal,96\n"  # a class of that name, not a sum
    assert counted(write("c.csv", kept)) == {"Larch": 100, "Total": 96}


SAMPLES = {
    "nodule": ("image,nodule", "scan_{c}_{i}.png,{c}", {"0": 90, "1": 14}),
    "number": ("filename,number", "d{c}_{i}.png,{c}", {"0": 50, "1": 31, "2": 20, "3": 2}),
    "size": ("sku,size", "k{c}{i},{c}", {"1": 40, "2": 20, "3": 4}),
    "count": ("id,count", "u{c}x{i},{c}", {"0": 30, "1": 20, "2": 10}),
    "no header": (None, "img{c}{i}.png,{c}", {"0": 30, "1": 20}),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_with_numbers_for_labels_are_no_counts(write: Write, name: str) -> None:
    header, form, classes = SAMPLES[name]
    lines = [*([] if header is None else [header]), *rows(form, classes)]
    path = write("a.csv", "\n".join(lines))
    label = "column_2" if header is None else header.split(",")[1]
    assert counted(path, label=label) == classes
    assert counted(path) == classes


def test_labels_that_are_all_different_are_no_classes_of_one(write: Write) -> None:
    with pytest.raises(DataError, match="all 3 labels are different"):
        read_file(write("a.csv", "class,weight_kg\nLarch,12.5\nOak,11.25\nYew,9.75\n"))
