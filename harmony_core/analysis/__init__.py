"""Measures of results: arrays and frames in, numbers out."""
