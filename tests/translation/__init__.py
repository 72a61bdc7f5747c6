"""Tests of tagloom.translation."""
