"""What agents may do during a conversation: hand over, ask, hold, pause its recording."""
