"""What Amazon Rekognition Custom Labels accepts: numbers from its developer guide, in one place.

Sizes are read as binary megabytes, which the guide leaves open. How much a manifest may hold depends on the account and
the region, so that it is a setting; the doctor and the built-in engine have it from here.
"""

from core import settings

MIN_SIDE = 64
MAX_SIDE = 4096
MAX_ASPECT = 20.0
MAX_FILE_BYTES = 15 * 1024 * 1024
MAX_REQUEST_BYTES = 4 * 1024 * 1024
FORMATS = ("JPEG", "PNG")
SUFFIXES = {"JPEG": (".jpg", ".jpeg"), "PNG": (".png",)}

TRAINING_SIDE = 1280  # the service scales larger training images down to this itself

MIN_LABELS = 2
MAX_LABELS = 250
MAX_LABEL_LENGTH = 255
MAX_LABELS_PER_IMAGE = 50
MAX_BOXES_PER_IMAGE = 50
RECOMMENDED_IMAGES_PER_LABEL = 10

MAX_MANIFEST_BYTES = settings.load().manifest_bytes
MAX_MANIFEST_LINES = settings.load().manifest_lines
MAX_LINE_LENGTH = 100_000
MAX_INVALID_SHARE = 0.20
MIN_LABEL_OVERLAP = 0.50

MAX_PROJECTS = 100
MAX_VERSIONS = 100
MAX_TRAININGS = 2
MAX_RUNNING = 2
MAX_UNITS = 5
