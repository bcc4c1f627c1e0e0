"""Speech recognition: a server that Asterisk asks over AEAP, and transcripts of recordings.

``server`` and ``session`` speak to Asterisk, ``pool`` shares the work out to worker processes,
``listener`` finds the utterance in a stream of audio, ``engine`` is the port behind which Vosk and
pocketsphinx stand. Everything between the wire and an engine is signed 16-bit little-endian mono
PCM of 8 kHz.
"""
