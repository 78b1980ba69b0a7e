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
    "nursery.data": "-=usual|pretentious|great_pret -=proper|less_proper|critical "
    "-=complete|completed|foster -=1|2|3|more -=convenient|critical -=convenient|inconv "
    "-=slightly_prob|nonprob -=recommended|priority "
    "*-=not_recom|priority|spec_prior|very_recom",
    "krkopt.data": "-=a|b|c|d -=1|2|3 -=a|b|c|d|e -=1|2|3|4|5 -=a|b|c|d|e|f -=1|2|3|4|5|6|7|8 "
    "*-=fourteen|thirteen|twelve|draw|zero",
    "page-blocks": "height=i80 lenght=i500 area=i9000 eccen=f p_black=f p_and=f mean_tr=f "
    "blackpix=i800 blackand=i900 wb_trans=i90 *class=1|2|5|4|3",
    "yeast": "seq=u mcg=f gvh=f alm=f mit=f erl=0.50|1.00 pox=0.00|0.83 vac=f nuc=f "
    "*loc=CYT|NUC|MIT|ME3|ME2",
    "abalone": "Sex=M|F|I Length=f Diameter=f Height=f Whole=f Shucked=f Viscera=f Shell=f "
    "*Rings=i29",
    "ecoli": "sequence_name=u mcg=f gvh=f lip=0.48|1.00 chg=0.50|1.00 aac=f alm1=f alm2=f "
    "*localization=cp|im|pp|imU",
    "dry bean": "Area=i99999 Perimeter=f MajorAxisLength=f Eccentricity=f roundness=f "
    "Compactness=f *Class=DERMASON|SIRA|SEKER|HOROZ",
    "cicids": "Destination.Port=i65000 Flow.Duration=i999999 Total.Fwd.Packets=i99 Flow.Bytes=f "
    "Idle.Mean=f *Label=BENIGN|DoS|PortScan|Bot",
    "spambase": "word_freq_make=f word_freq_address=f char_freq=f capital_run=i400 *spam=i2",
    "sonar": "-=f -=f -=f -=f -=f *-=M|R",
    "ionosphere": "-=i2 -=0 -=f -=f -=f *-=g|b",
    "seeds": "area=f perimeter=f compactness=f kernel=f groove=f *variety=1|2|3",
    "hepatitis": "*Class=2|1 AGE=i80 SEX=1|2 STEROID=1|2 ANTIVIRALS=1|2 FATIGUE=1|2 BILIRUBIN=f "
    "PROTIME=i100 HISTOLOGY=1|2",
    "lending": "loan_amnt=i35000 term=36|60 int_rate=f grade=A|B|C|D emp_length=i10 "
    "home_ownership=RENT|OWN annual_inc=i99999 purpose=car|house|debt dti=f "
    "*loan_status=Paid|Default",
    "fetal health": "baseline=i160 accelerations=f movement=f contractions=f variability=i80 "
    "histogram_mean=i180 *fetal_health=1|2|3",
    "sdss": "obj_ID=n alpha=f delta=f u=f g=f r=f run_ID=i8000 field_ID=i900 "
    "*class=GALAXY|STAR|QSO redshift=f plate=i9999 MJD=i58000",
    "water": "ph=f Hardness=f Solids=f Chloramines=f Sulfate=f *Potability=i2",
    "date fruit": "AREA=i400000 PERIMETER=f SkewRB=f EntropyRR=f ALLdaub4RR=f "
    "*Class=DOKOL|SAFAVI|ROTANA",
    "news category": "link=t headline=t *category=POLITICS|WELLNESS|TRAVEL short_description=t "
    "authors=u date=d",
    "toxic single": "id=u comment_text=t *toxic=i2",
    "amazon": "Id=n ProductId=u UserId=u ProfileName=u HelpfulnessNumerator=i9 "
    "HelpfulnessDenominator=i9 *Score=i5 Time=n Summary=t Text=t",
    "stackoverflow": "Id=n Title=t Body=t Tags=t CreationDate=d *Y=HQ|LQ_CLOSE|LQ_EDIT",
    "emotion": "*Emotion=joy|sad|fear|anger Text=t Clean_Text=t",
    "crop": "N=i140 P=i140 K=i200 temperature=f humidity=f ph=f rainfall=f "
    "*label=rice|maize|mango",
    "weather": "Date=d Location=Sydney|Perth MinTemp=f MaxTemp=f WindGustDir=N|S|W Humidity=i99 "
    "RainToday=No|Yes *RainTomorrow=No|Yes",
    "hotel": "Booking_ID=u no_of_adults=i4 meal=a|b|c lead_time=i400 market=Online|Offline "
    "avg_price=f *booking_status=Not_Canceled|Canceled",
    "obesity": "Gender=M|F Age=f Height=f Weight=f family=yes|no FAVC=yes|no "
    "CAEC=Sometimes|Always MTRANS=Bus|Walk *NObeyesdad=Normal|Obese_I|Obese_II",
    "students": "Marital=1|2 Course=i9999 Daytime=1|0 Nationality=i99 Admission_grade=f GDP=f "
    "*Target=Graduate|Dropout|Enrolled",
    "gesture emg": "0=f 1=f 2=f 3=f *gesture=i4",
    "har": "tBodyAcc.mean=f tBodyAcc.std=f tBodyAcc.mad=f angle=f subject=i30 "
    "*Activity=LAYING|STANDING|WALKING",
    "hr promo": "employee_id=n department=Sales|Ops region=r2|r7|r9 education=B|M gender=f|m "
    "previous_year_rating=i5 awards=i2 avg_training_score=i99 *is_promoted=i2",
    "audio urbansound": "slice_file_name=p fsID=n start=f end=f salience=1|2 fold=i10 "
    "classID=i10 *class=dog_bark|siren|drilling",
    "esc50": "filename=p fold=i5 target=i50 *category=dog|rain|clock esc10=True|False src_file=n "
    "take=A|B",
    "fashion": "*label=i10 pixel1=i255 pixel2=i255 pixel3=i255 pixel4=i255",
    "sign mnist": "*label=i24 pixel1=i255 pixel2=i255 pixel3=i255",
    "leaf": "id=n *species=Acer|Quercus|Salix margin1=f margin2=f shape1=f texture1=f",
    "bees": "file=p date=d zip=n location=A|B subspecies=x|y|z *health=healthy|varroa|ants "
    "pollen=True|False caste=worker",
}  # fmt: skip
ASKED = {"amazon", "bees"}
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


def test_hardly_any_layout_needs_asking() -> None:
    assert len(ASKED) <= len(LAYOUTS) / 20
