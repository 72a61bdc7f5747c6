"""The networks run by OpenVINO, on a CPU. Importing this package imports no framework: see `runtime` and `export`."""
