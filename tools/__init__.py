"""What the repository is kept with: run by hand, as `python -m tools.NAME`."""
