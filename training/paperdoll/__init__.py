"""paperdoll: a world of drawn pictures whose truth is known, and the recipe that trains tagloom's bundled model on it."""
