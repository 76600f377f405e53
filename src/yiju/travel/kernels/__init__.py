"""Search kernels: arrays in, arrays out. No table, no file, no CRS.

Read them in this order; each opens with its idea, its paper and a drawing. First the plain searches, against
which everything else is held:

=============  ==================================================================================
``records``    how a street arc, an access point and a hook lie in memory
``heap``       the 4-ary heap that every search pops from
``nearest``    the nearest facility of every node: one search from all facilities at once
``nearest_k``  the k nearest facilities of every node
``within``     all pairs within a limit, and sums of what lies within limits
``paths``      the way itself, for explanation
``flows``      people carried over streets: to the nearest, and among all within a limit
``parts``      which pieces of the network hang together
=============  ==================================================================================

Then the street index, which answers the same by two passes over memory:

===============  ================================================================================
``curve``        nodes along a Hilbert curve: near on the ground, near in memory
``stripping``    trees and chains are eliminated first
``dissection``   where to cut the city, so that elimination lays few arcs
``elimination``  which arcs it lays, what they cost, and which of them nobody needs
``rows``         32 lanes at once: the vector instructions; ``keys`` and ``lists`` are made of them
``sweeps``       the nearest of 32 services, ``sweeps_k`` the k nearest
``points``       what hangs on the streets; ``hooks`` for bounded sweeps
``budgets``      rows of what is left of a limit, and ``bounded`` sweeps with them; ``alone`` of one lane
``pairs``        sparse pairs, ``matrix`` dense ones, ``means`` of lists
===============  ================================================================================

Public transport is ``events`` and ``connections``. ``compiling`` and ``keeping`` are how code is made and kept.

Costs are whole numbers (decimetres or deciseconds), so results are exact: they do not depend on the order of
additions, the number of threads or the machine. All kernels also run as plain Python under
``NUMBA_DISABLE_JIT=1``, which is how to step through one with a debugger.
"""
