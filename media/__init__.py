"""What is heard and understood: prompts, music, audio files."""
