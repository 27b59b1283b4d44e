"""Records for people to read: a table, a digest, a page. ``FORMATS`` has each format under its name."""

from mtsum.corpus.export import csv, html, markdown  # noqa: F401 - each enters its format in the table
from mtsum.corpus.export.base import FORMATS, ExportFormat, Selection, find_export_format

__all__ = ["FORMATS", "ExportFormat", "Selection", "find_export_format"]
