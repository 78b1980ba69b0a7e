"""Harmony from the shell: train several methods in lockstep and compare the results.

    python -m harmony_core run --data hard_head --methods ce,balanced_softmax,harmonized --epochs 60
    python -m harmony_core run --data digits --imbalance-factor 50 --repeats 3 \\
        --methods "ce,ldam:drw,balanced_softmax,harmonized[alpha=0.15]"
    python -m harmony_core run --data cifar10-lt --imbalance-factor 100 --model resnet32 \\
        --recipe reference --epochs 200 --methods ce,ldam:drw,balanced_softmax,harmonized
    torchrun --nproc-per-node 2 -m harmony_core run --data hard_head    # the same, two processes
    python -m harmony_core list                     # all experiments, newest first
    python -m harmony_core show latest              # its table, and the recall of each class
    python -m harmony_core export latest --csv curves.csv --config config.json
    python -m harmony_core export latest --html run.html    # with its replay, to send to others
    python -m harmony_core export latest --snippet harmonized train.py
    python -m harmony_core export --site course     # the course as pages for any web host
    python -m harmony_core posthoc latest           # other last layers on the trained features
    python -m harmony_core run config.json --epochs 100     # flags override the file
    python -m harmony_core resume latest            # continue after Ctrl-C, a crash or a power cut
    python -m harmony_core inspect train.csv        # how long a data set's tail is, and why
    python -m harmony_core bench                    # how fast this machine trains, as a table
    python -m harmony_core study quick              # many data sets, methods and seeds, resumable
    python -m harmony_core app                      # serve the app, in any folder
    python -m harmony_core methods                  # losses, presets, parameters
    python -m harmony_core datasets                 # data sets and models, parameters

A method is written loss[@preset][[name=value,…]][:drw|:drs][+sampler][~label], for example
harmonized@literal, harmonized[alpha=0.5,kappa=2], ldam:drw, ce+class_balanced. Parameters
of every method are mix=mixup|remix, sam=imbsam and weight_decay=NUMBER: ce[mix=remix,sam=imbsam].
ID is an experiment's id, the unique start of one, or `latest`. Experiments are kept in the folder
given by --runs, by the environment variable HARMONY_RUNS, or in ./runs, whichever comes first.

Results go to stdout (with --json as one JSON document), progress and messages to stderr.
Exit codes: 0 done; 1 the training failed; 2 wrong usage or input; 130 stopped by Ctrl-C; `resume`
continues.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from . import __version__
from .analysis.recall_certainty import described_test_set
from .analysis.summary import comparisons
from .bench.command import add_parser as add_bench
from .command_name import as_called, command_name
from .config import DEVICES, PROFILES, RECIPES
from .errors import HarmonyError, RunError
from .experiments.options import config_from
from .export.command import add_export_options, export
from .export.posthoc_command import add_posthoc_options, posthoc
from .export.results import data_notes, recall_table, shot_table, summary_table, to_document
from .extras import require
from .inspection.command import add_parser as add_inspect
from .printable import printable
from .runs.console import Console, run_here
from .runs.ranks import ranks_from_environment
from .runs.results import summaries_of
from .runs.store import RunStore
from .serving.command import add_parser as add_app
from .studies.command import add_parser as add_study
from .text_table import text_table

DONE, FAILED, USAGE, STOPPED = 0, 1, 2, 130
ENDED_EARLY = ("failed", "interrupted")
ID = "an id, the unique start of one, or `latest`"

RANK_ZERO_FIRST = 10.0
"""Seconds for which other ranks leave the last word to rank 0: torchrun ends all with the first."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line, that of the process by default, and return the exit code."""
    try:
        given = build_parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = given.command
        return command(given)
    except (_Usage, HarmonyError) as error:
        if os.environ.get("RANK", "0") == "0":  # once, not by every process
            print(f"harmony: {error}", file=sys.stderr)
        else:
            time.sleep(RANK_ZERO_FIRST)
        return USAGE
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _run(given: argparse.Namespace) -> int:
    require("study")
    config = config_from(given)
    store = RunStore(given.runs)
    return _execute(given, store, config.device, lambda: store.create(config, given.title).id)


def _resume(given: argparse.Namespace) -> int:
    require("study")
    store = RunStore(given.runs)
    run_id = store.find(given.id)
    return _execute(given, store, store.get(run_id).config.device, lambda: run_id)


def _execute(
    given: argparse.Namespace, store: RunStore, device: str, choose: Callable[[], str]
) -> int:
    """Train in this process, or in all that torchrun started; rank 0 picks the experiment."""
    os.environ.setdefault("GOMP_SPINCOUNT", "0")  # spinning threads slow down other processes
    ranks = ranks_from_environment()
    ranks.open(device)
    with ranks.outliving_sigterm():
        succeeded = False
        try:
            run_id = ranks.on_rank_zero(choose)
            console = Console(quiet=given.quiet or not ranks.is_rank_zero)
            record = run_here(store, run_id, ranks, console)
            succeeded = record.state not in ENDED_EARLY
        finally:
            ranks.close(wait=succeeded)
        if ranks.is_rank_zero:
            _report(given, store, run_id)
        elif record.state == "interrupted" and ranks.rank == 1 and not store.locked(run_id):
            _report_lost(store, run_id)
    if record.state in ENDED_EARLY:
        return FAILED
    return DONE if record.state == "done" else STOPPED


def _report(given: argparse.Namespace, store: RunStore, run_id: str) -> None:
    record = store.get(run_id)
    if given.json:
        _print_json(to_document(store, record))
    elif record.state == "done":
        _print_summary(store, run_id)
    if record.state == "stopped":
        print(f"Stopped. {_how_to_resume(run_id)}", file=sys.stderr)
    elif record.state == "interrupted":
        print(f"{record.error}\n{_how_to_resume(run_id)}", file=sys.stderr)
    elif record.state == "failed":
        print(record.error, file=sys.stderr)


def _report_lost(store: RunStore, run_id: str) -> None:
    """Say what to do, if the process that is gone is the one that writes and speaks."""
    record = store.get(run_id)
    if record.started and not record.finished:
        print(f"{record.error}\n{_how_to_resume(run_id)}", file=sys.stderr)


def _how_to_resume(run_id: str) -> str:
    return f"Continue with: {command_name()} resume {run_id}"


def _list(given: argparse.Namespace) -> int:
    store = RunStore(given.runs)
    records, broken = store.scan()
    for message in broken.values():
        print(message, file=sys.stderr)
    if given.json:
        _print_json([record.to_dict() for record in records])
        return DONE
    rows = [["Experiment", "State", "Epoch", "Repeat", "Data", "Methods", "Title"]]
    for record in records:
        config = record.config
        rows.append(
            [
                record.id,
                record.state,
                f"{record.epoch}/{config.epochs}",
                f"{record.repeat + 1}/{config.seeds.repeats}",
                config.data.name,
                " ".join(method.loss for method in config.methods),
                record.title,
            ]
        )
    print(text_table(rows) if records else f"No experiments in {store.root}.")
    return DONE


def _show(given: argparse.Namespace) -> int:
    store = RunStore(given.runs)
    record = store.get(store.find(given.id))
    if given.json:
        _print_json(to_document(store, record, classes=True))
        return DONE
    config = record.config
    progress = f"epoch {record.epoch} of {config.epochs}, repeat {record.repeat + 1}"
    print(f"{record.id}  {printable(record.title)}".rstrip())
    print(
        f"{record.state}, {progress} of {config.seeds.repeats}, {record.device or 'no device yet'}"
    )
    if record.error:
        print("\n".join(map(printable, record.error.splitlines())))
    summaries = summaries_of(store, record)
    if any(summary["ece"].values for summary in summaries):
        print()
        _print_summary(store, record.id)
        scene = store.scene(record.id)
        for table in (shot_table(summaries, scene), recall_table(summaries, scene)):
            if table:
                print(f"\n{table}")
    else:
        print("No repeat is finished yet.")
    return DONE


def _export(given: argparse.Namespace) -> int:
    export(given)
    return DONE


def _posthoc(given: argparse.Namespace) -> int:
    posthoc(given)
    return DONE


def _delete(given: argparse.Namespace) -> int:
    store = RunStore(given.runs)
    run_id = store.find(given.id)
    if not given.yes:
        if not sys.stdin.isatty():
            raise RunError(f"Expected --yes to delete {run_id} without asking, but got none.")
        if input(f"Delete {run_id} and all its files? [y/N] ").strip().lower() != "y":
            return DONE
    store.delete(run_id)
    return DONE


def _methods(given: argparse.Namespace) -> int:
    from .losses import LOSSES

    if given.json:
        _print_json([_spec_document(spec) for spec in LOSSES.values()])
        return DONE
    for spec in LOSSES.values():
        _print_spec(spec)
        for name, values in spec.presets.items():
            print(f"    @{name}: {', '.join(f'{k}={v}' for k, v in values.items())}")
    return DONE


def _datasets(given: argparse.Namespace) -> int:
    from .data import DATASETS
    from .models import MODELS

    groups = {"datasets": DATASETS.values(), "models": MODELS.values()}
    if given.json:
        _print_json({name: [_spec_document(s) for s in specs] for name, specs in groups.items()})
        return DONE
    for name, specs in groups.items():
        print(f"{name.capitalize()}\n")
        for spec in specs:
            _print_spec(spec)
        print()
    return DONE


def _print_spec(spec: Any) -> None:
    print(f"{spec.name}: {spec.title}. {spec.summary}")
    for parameter in spec.parameters:
        domain = " | ".join(parameter.choices)
        if parameter.low is not None and parameter.high is not None:
            domain = f"{parameter.low:g} to {parameter.high:g}"
        print(
            f"    {parameter.name}={parameter.default}{f' ({domain})' if domain else ''}: "
            f"{parameter.help}"
        )


def _spec_document(spec: Any) -> dict[str, Any]:
    document = {"name": spec.name, "title": spec.title, "summary": spec.summary}
    document["parameters"] = [vars(parameter) for parameter in spec.parameters]
    if hasattr(spec, "presets"):
        document["presets"] = {name: dict(values) for name, values in spec.presets.items()}
    return document


def _print_summary(store: RunStore, run_id: str) -> None:
    summaries = summaries_of(store, store.get(run_id))
    repeats = len(summaries[0]["ece"].values)
    print(summary_table(summaries))
    seeds = f"mean ± sample standard deviation over {repeats} seeds" if repeats > 1 else "one seed"
    scene = store.scene(run_id)
    print(f"Final epoch, {described_test_set(scene.test_counts)}, {seeds}; ID {run_id}.")
    print("Head, medium and tail are thirds of the classes by rank of their training samples.")
    for comparison in comparisons(summaries):
        print(comparison.sentence())
    for note in data_notes(scene):
        print(note)


def _print_json(document: object) -> None:
    print(json.dumps(document, indent=1, allow_nan=False))


class _Usage(Exception):
    """The command line cannot be parsed."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors take one line."""

    def error(self, message: str) -> NoReturn:
        raise _Usage(f"{message.removesuffix('.')}. See `{self.prog} --help`.")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; ``command`` of what it returns runs the chosen one."""
    parser = _Parser(
        prog=command_name(),
        description=as_called(__doc__ or ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"harmony {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, command: Callable[[argparse.Namespace], int], text: str) -> Any:
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.set_defaults(command=command)
        sub.add_argument("--runs", metavar="DIR", help="folder of the experiments")
        sub.add_argument("--json", action="store_true", help="print one JSON document")
        return sub

    run = add("run", _run, "Train several methods in lockstep.")
    _add_run_options(run)
    add("list", _list, "List all experiments, newest first.")
    show = add("show", _show, "Show the results of an experiment.")
    export_to = add("export", _export, "Export an experiment, or the course as a site.")
    after = add("posthoc", _posthoc, "Replace the last layer of a finished experiment's networks.")
    resume = add("resume", _resume, "Continue an experiment that was stopped or interrupted.")
    delete = add("delete", _delete, "Delete an experiment and all its files.")
    add_inspect(commands)
    add_bench(commands)
    add_study(commands)
    add_app(commands)
    add("methods", _methods, "List losses, their presets and parameters.")
    add("datasets", _datasets, "List data sets and models and their parameters.")
    for sub in (show, after, resume, delete):
        sub.add_argument("id", metavar="ID", help=ID)
    export_to.add_argument("id", nargs="*", metavar="ID", help=ID)
    for sub in (run, resume):
        sub.add_argument("--quiet", action="store_true", help="no progress bar")
    add_export_options(export_to)
    add_posthoc_options(after)
    delete.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _add_run_options(run: argparse.ArgumentParser) -> None:
    """The flags of `run`; each overrides the config file, or the default."""
    add = run.add_argument
    add("config", nargs="?", metavar="CONFIG", help="JSON file as `export --config` writes it")
    add("--data", metavar="NAME", help="data set; `datasets` lists them")
    add("--data-param", action="append", metavar="K=V", help="parameter of the data set")
    add("--source", metavar="PATH", help="short for --data-param source=PATH")
    add("--imbalance-factor", type=float, metavar="X", help="largest class over smallest class")
    add("--profile", choices=PROFILES, help="how the class sizes decrease")
    add(
        "--label-noise",
        type=float,
        metavar="SHARE",
        help="share of training labels to replace, 0 to 0.9",
    )
    add("--model", metavar="NAME", help="network; `datasets` lists them")
    add("--model-param", action="append", metavar="K=V", help="parameter of the network")
    add("--methods", metavar="TEXT", help="what to compare; `methods` lists the losses")
    add("--epochs", type=int, metavar="N", help="passes over the training data")
    add("--batch-size", type=int, metavar="N", help="samples per step")
    add("--lr", type=float, metavar="X", help="peak learning rate")
    add("--recipe", choices=tuple(RECIPES), help="optimiser and schedule (default: quick)")
    add("--seed", type=int, metavar="N", help="seed of the data, the initial weights and the order")
    add("--repeats", type=int, metavar="N", help="how many seeds, starting at --seed")
    add("--device", choices=DEVICES, help="where to train (default: auto, a GPU if there is one)")
    add("--record-every", type=int, metavar="N", help="record every N-th epoch")
    add(
        "--features",
        choices=("yes", "no"),
        help="record features for the embedding (default: for points and digits)",
    )
    add("--title", default="", metavar="TEXT", help="a name for the experiment")
