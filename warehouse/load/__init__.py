"""From a folder of extracts to a snapshot, all of it or nothing; adding days; a warehouse somebody else built."""
