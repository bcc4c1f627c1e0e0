"""Call trees changed while calls run: saved files noticed, judged, made ready, put in place."""
