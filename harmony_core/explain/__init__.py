"""What each loss makes of one sample: its numbers, its formula, its density. Imports no torch.

A loss names its explanation in `LossSpec.explanation`; `base.LossExplanation` is what one has to
answer, and a file is there for each loss that answers differently from cross-entropy.
"""
