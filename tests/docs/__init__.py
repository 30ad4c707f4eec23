"""The generated parts of the documentation: `python -m tests.docs` writes them anew.

A page marks such a part with `<!-- generated: NAME -->` and `<!-- end -->`. `PARTS` has a function for each name.
"""
