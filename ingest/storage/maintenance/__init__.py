"""Checks, repairs and tidies an output: `khabar verify`, `compact` and `prune`.

`verify` checks an output and `repair` makes its ledger again, `compact` merges and compresses
segments, `prune` removes old ones. Whatever removes files notes them in the ledger first, in
`removals`.
"""
