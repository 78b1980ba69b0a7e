"""The text of training scripts: what all have, what trains a network, what trains scikit-learn.

A part defines ``train(data, given)`` → ``model``, a dictionary of what has to be saved,
``log_probabilities(model, inputs)``, ``save(model, path)`` and ``load(path)``.
"""

from __future__ import annotations

from string import Template

HEAD = Template('''"""Train $title on one's own long-tailed data; written by Harmony.

$about

Install what it needs, in the folder of Harmony's source (brings $packages):

    pip install ".[$extras]"

Then, in the folder of this script:

    python $script                          # trains, prints recalls, saves $saved
    python $script --predict $new      # classes of new samples, as CSV
    python -c "from train import predict; print(predict($example))"
"""

import argparse
import csv
import io
${json}import sys
from pathlib import Path

import numpy as np
$imports
FILE = Path(__file__).parent / $file
$constants
TEST_SHARE = $test_share  # of every class, unless the file has a test split
SAVED = Path(__file__).parent / $saved_literal

''')

COMMON_TABLE = '''
def inputs_of(model, rows):
    """Features of new rows: a list of dictionaries by column, or the path of a table."""
    encoder = encoder_from_text(model["encoder"])
    if isinstance(rows, str | Path):
        inputs = encoded_table(rows, encoder, header=HEADER)
    else:
        inputs = encoded_rows(rows, encoder)
    return [f"row {i + 1}" for i in range(len(inputs))], inputs

'''

COMMON_IMAGES = '''
def inputs_of(model, rows):
    """Names and pixels of new images: a list of their paths, or the path of a folder or ZIP."""
    return new_images(rows)

'''

COMMON = Template('''
def predict(rows, saved=SAVED):
    """The class of each new sample, and the probabilities (n, classes) of all classes."""
    model = load(saved)
    _, inputs = inputs_of(model, rows)
    scores = log_probabilities(model, inputs)
    return [model["classes"][c] for c in scores.argmax(axis=1)], np.exp(scores)


def predictions(file, saved):
    """Class and probability of every sample of a file, as CSV."""
    model = load(saved)
    names, inputs = inputs_of(model, file)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\\n")
    writer.writerow(["sample", "class", "probability"])
    for name, row in zip(names, log_probabilities(model, inputs), strict=True):
        best = int(row.argmax())
        cells = [text_cell(name), text_cell(model["classes"][best])]
        writer.writerow([*cells, f"{np.exp(row[best]):.4f}"])
    return out.getvalue()


def report(data, predicted):
    """Recall of each class with the number of test samples it rests on."""
    for note in data.notes:
        print(f"note: {note}")
    recalls = []
    for label, name in enumerate(data.class_names):
        tested = data.test_targets == label
        n, trained = int(tested.sum()), int(data.train_counts[label])
        if not n:
            print(f"{name}: {trained} training samples, not tested")
            continue
        hits = int((predicted[tested] == label).sum())
        recalls.append(hits / n)
        low, high = wilson(hits, n)
        few = "" if n >= $few else ", few"
        print(f"{name}: {trained} training samples, recall {100 * hits / n:.1f} % "
              f"of {n} test samples ({100 * low:.0f} to {100 * high:.0f} %{few})")
    print(f"balanced accuracy: {100 * np.mean(recalls):.1f} % over {len(predicted)} test samples")
    print(f"accuracy: {100 * np.mean(predicted == data.test_targets):.1f} %")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", default=SAVED, help="write the model to this file")
    parser.add_argument("--predict", metavar="FILE", help="predict with the saved model instead")
    parser.add_argument("--out", metavar="FILE", help="write predictions to this file")
$options    given = parser.parse_args()
    if given.predict:
        told = predictions(given.predict, given.save)
        if given.out is None:
            sys.stdout.write(told)
        else:
            Path(given.out).write_text(told, "utf-8")
        return
    data = load_training_data(
        FILE, label=LABEL, split=SPLIT, separator=SEPARATOR, header=HEADER, seed=given.seed,
        test_share=TEST_SHARE,
    )
    model = train(data, given)
    report(data, log_probabilities(model, data.test_inputs).argmax(axis=1))
    save(model, given.save)
    print(f"saved: {given.save}")


if __name__ == "__main__":
    try:
        main()
    except (HarmonyError, OSError) as error:
        sys.exit(f"{error}")
''')

NETWORK = '''
def class_balanced_weights(counts, beta=0.9999):
    """(1 - beta) / (1 - beta^N) for each class, scaled to their number (Cui et al. 2019)."""
    weights = (1 - beta) / (1 - beta**counts)
    return torch.tensor(weights / weights.sum() * len(counts), dtype=torch.float32)


def prepared(inputs, mean, deviation, device="cpu"):
    """Inputs as the network takes them: standardised; images as (n, channels, h, w)."""
    tensor = torch.from_numpy(((inputs - mean) / deviation).astype(np.float32))
    return (tensor.permute(0, 3, 1, 2) if tensor.ndim == 4 else tensor).to(device)


def built(shape, classes, generator=None):
    """The network, untrained."""
    head = LOSSES[LOSS].head
    return build_model(MODEL, shape, classes, head=head, generator=generator, **MODEL_SETTINGS)


def train(data, given):
    """The trained network as what has to be saved."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    axes = (0, 1, 2) if data.kind == "images" else (0,)
    mean = data.train_inputs.mean(axis=axes, dtype=np.float64)
    deviation = np.maximum(data.train_inputs.std(axis=axes, dtype=np.float64), 1e-6)
    inputs = prepared(data.train_inputs, mean, deviation, device)
    targets = torch.from_numpy(data.train_targets).to(device)
    generator = torch.Generator().manual_seed(given.seed)
    shape, classes = tuple(inputs.shape[1:]), len(data.class_names)
    model = built(shape, classes, generator).to(device)
    loss = build_loss(LOSS, data.train_counts, **SETTINGS).to(device)
    steps = given.epochs * -(-len(targets) // BATCH)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=given.rate, momentum=0.9, weight_decay=given.decay
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(given.epochs):
        model.train()
        loss.train()
        loss.on_epoch_start(epoch, given.epochs)
        if DEFERRED and epoch >= 0.8 * given.epochs:
            loss.set_class_weight(class_balanced_weights(data.train_counts))
        order = torch.randperm(len(targets), generator=generator).to(device)
        for batch in order.split(BATCH):
            optimizer.zero_grad()
            loss(model(inputs[batch]), targets[batch]).backward()
            optimizer.step()
            schedule.step()
    priors = data.train_counts / data.train_counts.sum()
    found = {
        "weights": {name: value.cpu() for name, value in model.state_dict().items()},
        "shape": list(shape), "mean": mean.tolist(), "deviation": deviation.tolist(),
        "log_priors": np.log(priors).tolist() if ADJUSTED else [0.0] * classes,
        "classes": list(data.class_names),
        "encoder": encoder_to_text(data.encoder) if data.encoder else "",
    }
    right = log_probabilities(found, data.train_inputs).argmax(axis=1) == data.train_targets
    print(f"training accuracy: {100 * right.mean():.1f} % after {steps:,} steps; "
          "if more --epochs raise it, it was not trained to the end")
    return found


def log_probabilities(model, inputs):
    """(n, classes) of inputs, less the log prior where logits are adjusted."""
    network = built(tuple(model["shape"]), len(model["classes"]))
    network.load_state_dict(model["weights"])
    network.eval()
    ready = prepared(inputs, np.array(model["mean"]), np.array(model["deviation"]))
    with torch.no_grad():
        scores = torch.cat([network(part) for part in ready.split(512)])
        scores = scores.log_softmax(dim=1) - torch.tensor(model["log_priors"])
        return scores.log_softmax(dim=1).double().numpy()


def save(model, path):
    """Weights, scales, encoder and class names in one file, without pickled code."""
    torch.save(model, path)


def load(path):
    """What `save` wrote; nothing in the file is run."""
    return torch.load(path, weights_only=True)

'''

SKLEARN = '''
def train(data, given):
    """What has to be saved: the training samples, from which the model is fitted again.

    scikit-learn has no file format but pickle, which runs code when it is opened and breaks
    between versions. Fitting again takes as long as the training and gives the same model; the
    file holds your training samples, encoded. The package `skops` can keep a fitted model.
    """
    return {
        "features": data.train_inputs, "codes": data.train_targets,
        "classes": list(data.class_names), "encoder": encoder_to_text(data.encoder),
        "seed": given.seed,
    }


def log_probabilities(model, inputs):
    """(n, classes) of inputs, by the contestant of Harmony's pilot fitted on the samples."""
    scores, recipe = contestant_predictions(
        CONTESTANT, model["features"], model["codes"], inputs, len(model["classes"]),
        metric=METRIC, seed=model["seed"],
    )
    print(f"{CONTESTANT}: {recipe}", file=sys.stderr)
    return scores


def save(model, path):
    """Samples, encoder and class names in one file, without pickled code."""
    about = {name: model[name] for name in ("classes", "encoder", "seed")}
    with open(path, "wb") as file:
        np.savez_compressed(
            file, features=model["features"], codes=model["codes"], about=json.dumps(about)
        )


def load(path):
    """What `save` wrote; nothing in the file is run."""
    with np.load(path, allow_pickle=False) as saved:
        about = json.loads(str(saved["about"]))
        return {"features": saved["features"], "codes": saved["codes"], **about}

'''

IMPORTS_COMMON = (
    "from harmony_core.analysis.intervals import wilson",
    "from harmony_core.csv_cells import text_cell",
    "from harmony_core.data.tables import load_training_data",
    "from harmony_core.errors import HarmonyError",
)
IMPORTS_TABLE = (
    "from harmony_core.data.encoder_text import encoder_from_text, encoder_to_text",
    "from harmony_core.data.new_samples import encoded_rows, encoded_table",
)
IMPORTS_IMAGES = (
    "from harmony_core.data.encoder_text import encoder_to_text",
    "from harmony_core.data.new_samples import new_images",
)
IMPORTS_NETWORK = (
    "from harmony_core.losses import LOSSES, build_loss",
    "from harmony_core.models import build_model",
)
IMPORTS_SKLEARN = ("from harmony_core.inspection.pilot.outside import contestant_predictions",)
OPTIONS_NETWORK = """\
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--decay", type=float, default=DECAY, help="weight decay")
"""
