"""Setting up an experiment: data, methods, recipe, history, and starting it."""
