"""Tests of tagloom.tags."""
