"""Tests of tagloom.artifact."""
