"""The views of Predict: photos that are dropped, taken, or picked; a folder as a job; the review queue."""
