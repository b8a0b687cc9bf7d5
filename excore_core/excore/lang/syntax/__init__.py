"""Text to syntax tree: never fails, keeps everything."""
