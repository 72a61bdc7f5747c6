"""Tests of tagloom.engine."""
