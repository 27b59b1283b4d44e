"""Test sets: by name from the registry, pulled or lying at hand, or any file with sources and references."""

from mtsum.evaluation.testsets.finding import SetRequest, load_testset, parse_request
from mtsum.evaluation.testsets.registry import SetEntry, find_entry, load_registry
from mtsum.evaluation.testsets.segments import TASKS, Segment, Task, TestSet

__all__ = [
    "TASKS",
    "Segment",
    "SetEntry",
    "SetRequest",
    "Task",
    "TestSet",
    "find_entry",
    "load_registry",
    "load_testset",
    "parse_request",
]
