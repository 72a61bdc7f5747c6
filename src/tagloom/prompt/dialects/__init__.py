"""How other tools read their prompts: one module each, behaviours restated as rules."""
