"""The ledger (database), the output segments and the order in which both are written."""
