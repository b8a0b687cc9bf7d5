"""What commands and the server share: the JSON form of a problem, uris, environments, indexing, registry dumps."""
