"""One file a request, or a family of one, named as in the protocol: parameters, session, snapshot, feature, JSON."""
