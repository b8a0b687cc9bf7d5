"""The meaning of a config: inheritance, the top level, references, sections, and the graph of who uses what."""
