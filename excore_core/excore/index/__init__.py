"""Static index: Python source -> catalog entries, with nothing imported."""

from excore.index.docstrings import documented
from excore.index.indexer import Indexer

__all__ = ["Indexer", "documented"]
