"""What every job of a study shares, and what becomes of jobs: states, failures, endings, progress."""
