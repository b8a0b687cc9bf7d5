"""The import paths of older versions: ``excore.config.models`` is ``models.py`` of this folder."""
