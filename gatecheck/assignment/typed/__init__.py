"""Formulas that people type: read, told from each other, and judged, without SymPy and without running anything.

faults     why a formula cannot be read, or cannot mean anything
scanning   text -> tokens, each with its place
statements tokens -> those of each formula
parsing    those -> `left = right`, the right side a tree (cursor, tree)
asked      a quantity -> its formula, and what it is computed from
names      a name in an answer -> what it stands for there
algebra    what can be put together: vectors, rows, matrices, with their sizes
meaning    tree -> an expression of a program
residues   the operations in a prime field, where equality is exact
worlds     what every name is worth, in runs of the cell; equal in them is equal as a formula
"""
