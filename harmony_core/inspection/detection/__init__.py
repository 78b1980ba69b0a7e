"""Advice for object detection: images by class, how often to repeat which, a pilot on crops."""

from __future__ import annotations
