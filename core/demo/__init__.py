"""Draws the sample photos: cats and dogs in many poses and places, with a few of the usual faults."""

from core.demo.project import COUNT, draw, files

__all__ = ["COUNT", "draw", "files"]
