"""What a call does, and the one place that joins all rooms."""
