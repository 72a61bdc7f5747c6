"""Tests of tagloom.arranging."""
