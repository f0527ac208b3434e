"""One search over everything a viewer may open."""
