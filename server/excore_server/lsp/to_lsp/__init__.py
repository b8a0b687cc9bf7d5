"""Answers of features as types of the protocol: frozen data in, plain or ready JSON out."""
