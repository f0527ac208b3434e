"""Disclosure control: what roles that see aggregates only may learn of few people, which is nothing.

The rule is a minimum cell size (Hundepool et al., Statistical Disclosure Control, 2012): a figure about fewer people is
suppressed, and with it those that would tell it. It knows statements and frames, no viewer, store or setting: who is
affected says `warehouse.access.reader.Reader.hidden_below`, what adds up to what the metrics say.
"""
