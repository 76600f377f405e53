"""Kernels of this room: arrays in, arrays out; compiled as those of :mod:`yiju.travel.kernels`.

===========  =============================================================
``rising``   the order in which numbers rise, by sorting on their bits
``sharing``  both steps of a floating catchment, over sparse rows of pairs
===========  =============================================================
"""
