"""The label column is found in the layouts of public data sets, or asked for; never another one.

Each layout has the columns, kinds of values and order of a well-known table; the values are drawn.
A column is written as ``name=kind``: ``u`` text that identifies the row, ``n`` a row number, ``f``
measurements, ``i9`` whole numbers below 9, ``t`` sentences, ``p`` image files, ``d`` dates and
``a|b`` one of these words, the first most often.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from harmony_core.errors import DataError
from harmony_core.readers.open import read_file

ROWS = 120
WORDS = ("so", "the", "cat", "sat", "on", "a", "mat", "far", "off")
HEADLESS = "-"
LAYOUTS = {
    "iris": "sl=f sw=f pl=f pw=f *species=setosa|virginica|versicolor",
    "iris.data": "-=f -=f -=f -=f *-=Iris-setosa|Iris-virginica",
    "titanic": "PassengerId=n *Survived=i2 Pclass=i3 Name=t Sex=male|female Age=f SibSp=i6 "
    "Parch=i5 Ticket=u Fare=f Cabin=u Embarked=S|C|Q",
    "adult": "age=i70 workclass=Private|Gov fnlwgt=i99999 education=HS|BA "
    "marital.status=wed|single occupation=a|b|c race=w|b sex=m|f hours=i80 native.country=us|mx "
    "*income=<=50K|>50K",
    "bank;": "age=i70 job=admin|tech|none marital=wed|single education=uni|school "
    "default=no|yes balance=i9999 contact=cell|phone day=i28 month=may|jun duration=i999 "
    "poutcome=none|ok *y=no|yes",
    "credit card fraud": "Time=f V1=f V2=f V3=f Amount=f *Class=i2",
    "mnist": "*label=i10 pixel0=i255 pixel1=i255 pixel2=i255 pixel3=i255",
    "wine.data": "*-=1|2|3 -=f -=f -=f -=i999",
    "wine quality": "fixed=f volatile=f citric=f sugar=f pH=f alcohol=f *quality=i7",
    "mushroom": "*class=e|p cap-shape=x|b|s cap-color=n|y|w odor=a|l|n habitat=g|u|d",
    "car.data": "-=vhigh|high|low -=vhigh|high|low -=2|3|4 -=2|4 -=big|med -=high|low "
    "*-=unacc|acc|good",
    "letter": "*-=T|I|D|N|G -=i16 -=i16 -=i16 -=i16 -=i16",
    "wdbc": "-=n *-=B|M -=f -=f -=f -=f",
    "breast wisconsin": "id=n *diagnosis=B|M radius=f texture=f",
    "pima": "Pregnancies=i12 Glucose=i200 BMI=f Age=i80 *Outcome=i2",
    "covertype": "Elevation=i3000 Aspect=i360 Slope=i60 Road=i5000 *Cover_Type=i7",
    "glass": "Id=n RI=f Na=f Mg=f *Type=1|2|3|7",
    "zoo": "animal_name=u hair=i2 eggs=i2 milk=i2 legs=i6 *type=i7",
    "cassava": "image_id=p *label=i5",
    "plant pathology": "image=p *labels=scab|rust|healthy|complex",
    "ham10000": "lesion_id=u image_id=u *dx=nv|mel|bkl dx_type=histo|follow_up age=f sex=m|f "
    "localization=back|face|arm",
    "aptos": "id_code=u *diagnosis=i5",
    "retinopathy": "image=p *level=i5",
    "dog breeds": "id=u *breed=boxer|beagle|pug",
    "cifar labels": "id=n *label=frog|truck|deer",
    "gtsrb": "Width=i60 Height=i60 Roi.X1=i9 Roi.Y1=i9 *ClassId=i43 Path=p",
    "sms": "*v1=ham|spam v2=t",
    "imdb": "review=t *sentiment=positive|negative",
    "airline tweets": "tweet_id=n *airline_sentiment=negative|neutral|positive "
    "airline_sentiment_confidence=f negativereason=late|lost airline=United|Delta text=t",
    "ag news": "*Class_Index=i4 Title=t Description=t",
    "disaster tweets": "id=n keyword=fire|flood|storm location=US|UK|NY text=t *target=i2",
    "quora": "qid=u question_text=t *target=i2",
    "otto": "id=n feat_1=i60 feat_2=i60 feat_3=i60 *target=Class_1|Class_2|Class_3",
    "churn": "customerID=u gender=m|f tenure=i72 Contract=month|year PaymentMethod=card|mail "
    "TotalCharges=f *Churn=No|Yes",
    "attrition": "Age=i50 *Attrition=No|Yes BusinessTravel=rare|often DailyRate=i999 Gender=m|f",
    "stroke": "id=n gender=m|f age=f hypertension=i2 work_type=private|gov bmi=f *stroke=i2",
    "heart": "age=i70 sex=i2 cp=i4 trestbps=i200 chol=i400 thal=i4 *target=i2",
    "paysim": "step=i700 type=PAY|OUT amount=f nameOrig=u oldbalance=f *isFraud=i2 "
    "isFlaggedFraud=0",
    "sf crime": "Dates=d *Category=THEFT|FRAUD|ARSON Descript=t DayOfWeek=Mon|Tue PdDistrict=N|S "
    "Resolution=NONE|ARREST Address=t X=f Y=f",
    "penguins": "*species=Adelie|Gentoo|Chinstrap island=Dream|Biscoe bill=f mass=i6000 sex=m|f",
    "drugs": "Age=i70 Sex=M|F BP=HIGH|LOW|NORMAL Cholesterol=HIGH|NORMAL Na_to_K=f *Drug=A|X|Y",
    "phones": "battery=i2000 blue=i2 clock=f ram=i4000 wifi=i2 *price_range=i4",
    "loans": "Loan_ID=u Gender=m|f Married=y|n Income=i9999 Area=urban|rural *Loan_Status=Y|N",
    "birds": "*primary_label=crow|wren|owl latitude=f longitude=f author=Ann|Bob|Cy filename=p",
}  # fmt: skip
ASKED: set[str] = set()
"""Layouts in which two columns could be the label."""


def cell(kind: str, row: int, rng: random.Random) -> str:
    if kind == "u":
        return f"{rng.getrandbits(40):x}"
    if kind == "n":
        return str(1000 + row)
    if kind == "f":
        return f"{rng.gauss(5, 2):.3f}"
    if kind == "t":
        return " ".join(rng.choice(WORDS) for _ in range(15))
    if kind == "p":
        return f"images/{rng.getrandbits(30):x}.jpg"
    if kind == "d":
        return f"20{rng.randrange(10, 24)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)} 10:{row % 60}"
    if kind[0] == "i" and kind[1:].isdigit():
        return str(int(int(kind[1:]) * rng.random() ** 2))
    words = kind.split("|")
    return rng.choices(words, [1 / (i + 1) for i in range(len(words))])[0]


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_label_column_of_public_tables(tmp_path: Path, name: str) -> None:
    rng = random.Random(name)
    columns = [part.partition("=") for part in LAYOUTS[name].split()]
    names = [title.lstrip("*") for title, _, _ in columns]
    at = next(i for i, (title, _, _) in enumerate(columns) if title.startswith("*"))
    rows = [[cell(kind, row, rng) for _, _, kind in columns] for row in range(ROWS)]
    mark = ";" if name.endswith(";") else ","
    lines = [mark.join(row) for row in rows]
    if HEADLESS not in names:
        lines.insert(0, mark.join(names))
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    if name in ASKED:
        with pytest.raises(DataError, match="--label"):
            read_file(path)
        return
    found = read_file(path)
    assert found.label == (f"column_{at + 1}" if HEADLESS in names else names[at])
    counts = dict(zip(found.labels.names, found.labels.train_counts.tolist(), strict=True))
    assert counts == Counter(row[at] for row in rows)


def test_there_are_forty_layouts() -> None:
    assert len(LAYOUTS) >= 40
