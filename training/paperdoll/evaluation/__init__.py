"""How well a paperdoll obeys: prompts of scenes it never saw, painted, judged, counted, and written to its model card."""
