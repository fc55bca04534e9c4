"""The views of Label: one photo, many photos, boxes, suggestions, suspects, classes and the history."""
