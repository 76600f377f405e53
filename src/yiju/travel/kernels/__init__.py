"""Search kernels: arrays in, arrays out. No table, no file, no CRS.

Read them in this order; each opens with its idea, its paper and a drawing.

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

Costs are whole numbers (decimetres or deciseconds), so results are exact: they do not depend on the order of
additions, the number of threads or the machine. All kernels also run as plain Python under
``NUMBA_DISABLE_JIT=1``, which is how to step through one with a debugger.
"""
