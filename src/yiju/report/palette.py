"""Colours of maps: five steps from light to dark in one hue each.

Order shows by lightness alone, so it holds in grey print and for colour-blind eyes; every class is also named in the
legend, and values stand on the map where there is room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# CIE lightness falls by about 15 from step to step in both, from 93 to 30: chosen by us, teal for what there is,
# amber for what is missing.
SERIES_RAMP = ("#e4eff0", "#b3d3d6", "#78b0b6", "#37858f", "#0a4e59")
NEEDS_RAMP = ("#fbeedd", "#f4ce9f", "#e2a25c", "#bd6d26", "#7d3a0c")


def spread(ramp: Sequence[str], classes: int) -> list[str]:
    """As many colours as classes, from the lightest to the darkest.

    Examples
    --------
    >>> spread(NEEDS_RAMP, 3) == [NEEDS_RAMP[0], NEEDS_RAMP[2], NEEDS_RAMP[4]], spread(NEEDS_RAMP, 1)
    (True, ['#e2a25c'])
    """
    if classes == 1:
        return [ramp[len(ramp) // 2]]
    return [ramp[round(i / (classes - 1) * (len(ramp) - 1))] for i in range(classes)]
