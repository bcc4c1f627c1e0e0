"""How organisations speak: texts, voices, and what people have recorded."""
