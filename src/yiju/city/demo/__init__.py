"""The demo city: a mountain-and-river city that never was, with truths planted for a check-up to find.

Rivers come first, then hills, then main roads as an engineer would lay them, then streets that follow contours and
banks, houses along the streets, people with ages in the houses, communities of people, and services for them: whole
where the truths are planted, with the gaps that cities have elsewhere. All of it from one seed::

    from yiju.city.demo import make_demo
    folder = make_demo(Path("build/demo"))        # input files, city.toml, truths.json
"""

from yiju.city.demo.making import clear_demo, make_demo, same_demo

__all__ = ["clear_demo", "make_demo", "same_demo"]
