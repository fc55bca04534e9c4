"""Learning from image features, in numpy and scikit-learn: the engine trains with it, and the app forecasts."""
