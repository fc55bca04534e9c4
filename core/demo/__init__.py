"""Draws the sample photos: cats and dogs in many poses and places, with a few of the usual faults."""

from core.demo.project import draw, files

__all__ = ["draw", "files"]
