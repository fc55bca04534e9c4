"""The views of Predict: photos that are dropped, taken, or picked; a folder as a job; the review queue."""

WAY = "predict_way"  # which view is open, in this tab
REVIEW = "To review"
