"""FinTrust Bank: a seeded Hong Kong retail bank, as its departments' extracts.

Imports nothing of the project and is imported by nothing of it: whatever the product shows of this
bank it has read from the files, exactly as it would read a real bank's.
"""
