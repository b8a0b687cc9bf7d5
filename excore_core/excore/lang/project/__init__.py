"""The project file: what it can say, and the only reader of it."""
