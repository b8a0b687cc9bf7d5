"""New names, wherever the old ones are written."""
