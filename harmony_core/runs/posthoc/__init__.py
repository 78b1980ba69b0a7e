"""Post-hoc steps on finished experiments: computed from a checkpoint and kept beside it."""
