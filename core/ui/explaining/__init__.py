"""The card that says why a photo was answered as it was, in its parts."""
