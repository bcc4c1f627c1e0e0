"""Queue distribution: who talks to whom, when. State in Redis, provable without a telephone."""
