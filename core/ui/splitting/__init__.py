"""The split on the Manifest page: both sides by class, moves by hand, leaks, and photos kept apart for a later test."""
