"""Scores that can be cited: metrics with signatures, intervals, paired tests, test sets, benchmarks and their report."""
