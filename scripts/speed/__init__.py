"""The parts of ``scripts/bench_speed.py``: the models, the contestants, the race between them, and its tables."""
