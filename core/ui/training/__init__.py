"""The parts of the Train page: how to train, consent, and what came of it."""
