"""One file a request, or a family of one, by the names of the protocol: parameters, session, snapshot, feature, JSON."""
