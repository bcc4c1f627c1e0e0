"""Pictures of call trees: a model of boxes and lines, and its forms DOT, SVG and Mermaid."""
