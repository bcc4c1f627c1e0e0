"""What agents dial while they do not talk: log in and out, pause, results."""
