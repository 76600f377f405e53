"""Supply meets demand: which service, of which class, where, how much, for whom, and what would change if.

The check-up says what is missing; this room says what to do about it. :mod:`yiju.supply.siting` chooses sites with a
proven bound, :mod:`yiju.supply.scenario` recomputes the city as it would be.
"""
