"""Why a photo was answered as it was: the kind of mistake, the map, the causes, the smallest change, the note."""
