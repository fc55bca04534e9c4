"""The parts of the Browse page: filters, what can be done with photos, charts, the map, a photo in large."""
