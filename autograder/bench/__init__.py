"""Benchmarks: ways of doing the same work compared in one run, and published figures trained again."""
