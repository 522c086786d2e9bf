"""What rows of results say together: repetitions, the best variant, methods side by side, sentences."""
