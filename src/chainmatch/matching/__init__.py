"""The matcher: what a firm writes about itself becomes fits to the nodes of the chains.

Every wording of a chain that a scope, a product list, a name or an industry code holds is a piece
of evidence. Its strength is the product of factors that can be read off the text: does the firm do
with the thing what the node does (activity), is the thing the head of its item, how distinctive is
the wording. A node's fit is a logistic function of a few sums of these strengths; the numbers were
learned on labelled firms (``data/learned/fit.json``, made by ``chainmatch train``).

The matcher is fitted on the chains and on what ships with the package, never on the rows it reads:
the same firm has the same fit alone, in a batch and in any order. Firms are read a page at a time,
and data flows one way: ``term_owners`` (what the wordings of a token claim) and ``activity_rule``
(how that meets what the firm does) give ``pieces`` of ``evidence``, ``quoting`` says which words to
quote, ``combine`` adds them up to fits, ``chain_fits`` these to chains; ``matches`` is what comes
out, ``tables`` lays it out. Below stand ``grammar`` (scopes become items), ``lexicon`` (wordings
found in texts), ``word_boundaries``, ``string_batch`` (texts end to end) and ``ragged`` (arrays of
rows of unequal length).
"""
