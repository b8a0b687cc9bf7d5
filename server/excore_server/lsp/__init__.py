"""The edge: the only code that knows the Language Server Protocol."""
