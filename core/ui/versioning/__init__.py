"""The parts of the Versions page: the table of models, what is done with one, two compared, and what they have run."""
