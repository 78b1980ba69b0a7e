"""The Arena: data, methods and recipe are set up here, and experiments are started and opened."""
