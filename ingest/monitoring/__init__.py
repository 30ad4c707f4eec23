"""Summaries of runs, the findings that they lead to, and reports of them."""
