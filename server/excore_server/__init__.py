"""The language server for ExCore configs."""
