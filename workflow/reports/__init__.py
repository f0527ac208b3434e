"""Reports that people keep, reviews that were issued, files that were taken along."""
