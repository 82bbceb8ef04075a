"""The matcher: what a firm writes about itself becomes fits to the nodes of the chains.

Every term of a chain that a scope, a product list, a name or an industry code holds is a piece of
evidence. Its strength is the product of factors that can be read off the text: does the firm do
with the thing what the node does (activity), is the thing the head of its item, how distinctive is
the term. A node's fit is a logistic function of a few sums of these strengths; the numbers were
learned on labelled firms (``data/learned/fit.json``, made by ``chainmatch train``).

The matcher is fitted on the chains and on what ships with the package, never on the rows it reads:
the same firm has the same fit alone, in a batch and in any order. Firms are read a batch at a time,
and data flows one way: ``scope_evidence`` finds the terms of scopes, holds them against what the
firm does (``activity_rule``) and returns ``evidence``; ``combine`` adds it up to fits,
``chain_fits`` these to chains; ``matches`` is what comes out, ``tables`` lays it out. Below stand
``grammar`` (scopes become items), ``lexicon`` (terms found in texts), ``word_boundaries``,
``string_batch`` (many strings in one) and ``arrays`` (columns, and runs of rows).
"""
