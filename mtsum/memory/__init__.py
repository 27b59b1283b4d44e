"""The translation memory: repeated sentences are translated once, and corrected ones as the editor has them."""

from mtsum.memory.base import Memory
from mtsum.memory.places import memory_path, open_corrections, open_memory, size_in_bytes

__all__ = ["Memory", "memory_path", "open_corrections", "open_memory", "size_in_bytes"]
