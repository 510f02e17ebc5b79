"""Servers from wheels for a machine that has only Python. Never used in production."""
