"""The parts of an exported script that read a user's own table or images, as the run did."""

from __future__ import annotations

import json
from pathlib import PurePath

from ..config import ExperimentConfig
from ..data.uploads import is_upload

OWN = ("table", "images")
"""Data sets whose ``source`` is a user's file."""
INSTALL = """Install: `pip install ".[{extras}]"` in Harmony's folder."""


def reads_own_file(config: ExperimentConfig) -> bool:
    """Whether the script is to read a file instead of making data up."""
    return config.data.name in OWN and bool(str(config.data.params.get("source", "")).strip())


def file_words(config: ExperimentConfig) -> list[str]:
    """Lines of the docstring that say which file to put where."""
    source = str(config.data.params["source"])
    if is_upload(source):
        what = "the file that was uploaded, under any name; it is known by its content"
    else:
        what = _quoted(PurePath(source).name)
    return [
        f"Put {what}",
        "into the folder of this script, then run `python train.py`.",
        "`python train.py 3` trains for 3 epochs, `python train.py 3 FILE` reads another file.",
    ]


def load_own_data(config: ExperimentConfig) -> str:
    """``load_data``: the samples of the experiment, as networks take them."""
    data = config.data
    source = str(data.params["source"])
    name = source if is_upload(source) else PurePath(source).name
    pairs = [
        '"source": str(file)',
        *(f"{json.dumps(k)}: {_literal(v)}" for k, v in data.params.items() if k != "source"),
    ]
    params = ", ".join(pairs)
    if len(params) > 80:
        params = "\n" + "".join(f"        {pair},\n" for pair in pairs) + "    "
    noise = f", label_noise={data.label_noise:g}" if data.label_noise else ""
    images = data.name == "images"
    lines = [
        "def load_data():",
        '    """Inputs and targets to train and to test on, and the names of the classes.',
        "",
        "    The rows and the split are those of the experiment.",
        '    """',
        f"    here, source = Path(__file__).parent, {json.dumps(name)}",
        "    file = sys.argv[2] if len(sys.argv) > 2 else beside(here, source)",
        f"    params = {{{params}}}",
        f'    config = DataConfig("{data.name}", params, {data.imbalance_factor:g}, '
        f'"{data.profile}"{noise})',
        f"    data = build_dataset(config, seed={config.seeds.data})",
        "    for note in data.notes:",
        '        print(f"Note: {note}", file=sys.stderr)',
        '    ready = DeviceData(data, torch.device("cpu"))  # scales by the training samples',
        "    train_x, test_x = "
        + (
            "(ready.finish(ready.load(x)) for x in (data.train_inputs, data.test_inputs))"
            if images
            else "ready.load(data.train_inputs), ready.load(data.test_inputs)"
        ),
        "    train_y, test_y = map(torch.from_numpy, (data.train_targets, data.test_targets))",
        *(
            [
                "    blank = torch.zeros_like(ready.load(data.train_inputs[:1]))",
                "    black = ready.finish(blank)[:, :, :1, :1]  # the border that crops reach into",
                "    return train_x, train_y, test_x, test_y, data.class_names, black",
            ]
            if images
            else ["    return train_x, train_y, test_x, test_y, data.class_names"]
        ),
    ]
    return "\n".join(lines)


IMPORTS = (
    "from harmony_core.config import DataConfig",
    "from harmony_core.data import build_dataset",
    "from harmony_core.data.uploads import beside",
    "from harmony_core.errors import HarmonyError",
)
LAST = """if __name__ == "__main__":
    try:
        main()
    except HarmonyError as error:
        sys.exit(str(error))
"""
REPORT = (
    "    recalls = []  # of the classes that have test samples",
    "    for c, name in enumerate(names):",
    "        hits = predicted[test_y == c] == c",
    '        score = "not tested"',
    "        if len(hits):",
    "            recalls.append(hits.double().mean().item())",
    '            score = f"recall {100 * recalls[-1]:.1f} % of {len(hits)} test samples"',
    '        print(f"{name}: {counts[c]} training samples, {score}")',
    "    accuracy = 100 * sum(recalls) / len(recalls)",
    '    print(f"Balanced accuracy {accuracy:.1f} % over {len(test_y)} test samples")',
)
"""The end of ``main``: recall by class, with the number of samples it rests on."""
MADE_UP_REPORT = (
    "    recall = [(predicted[test_y == c] == c).double().mean().item() "
    "for c in range(len(counts))]",
    '    shares = " ".join(f"{100 * share:.0f}" for share in recall)',
    '    print(f"Balanced accuracy {100 * sum(recall) / len(recall):.1f} % ({shares})")',
)


def _literal(value: object) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _quoted(name: str) -> str:
    """A file's name inside the docstring of a script."""
    kept = "".join(ch if ch.isprintable() and ch not in '"\\' else "_" for ch in name)
    return f"`{kept.replace('`', '_')[:120]}`"
