"""The life of a recording, from Asterisk's finished legs to the stored file."""
