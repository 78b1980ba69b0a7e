"""What the course says around its lessons, the same in the app and on pages without a server."""

from __future__ import annotations

TITLE = "Learning from a long tail"
WAY = (
    "Every step asks a question. You predict the answer, a small network trains, and the page "
    "compares: your number beside the one that came out. A wrong prediction teaches the most."
)
FOR_WHOM = "You have met softmax and gradient descent. You need no more than that."
NEEDED = "This browser. There is no account, and nothing to install."
VERDICTS = {True: "You predicted it", False: "It came out differently"}
CHECKED = {True: "Right.", False: "Not quite."}
MICROSCOPE = (
    "One sample, one set of logits, five losses. Switch the parts on one after another and "
    "watch what the sample counts."
)


def how_long(minutes: int, steps: int) -> str:
    """How long the course takes."""
    return f"About {minutes} minutes for all {steps} steps."
