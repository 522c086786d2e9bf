"""Methods of a study on the samples of a task: coders, the search for their settings, models of what was trained."""
