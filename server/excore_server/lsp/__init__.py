"""The edge: the only code that knows pygls and the types of the Language Server Protocol."""
