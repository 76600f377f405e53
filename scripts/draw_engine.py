"""Draw the pictures of docs/explanation/how-yiju-is-fast.md from the engine itself.

    python scripts/draw_engine.py [FOLDER]

The town is made here from a seed: a jittered grid on both sides of a river with three bridges. What is coloured is what
the code computed: the order of elimination, the fill, and the rows that a bounded sweep visits.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from yiju.travel import StreetNetwork

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "assets" / "engine"
INK, PALE, WATER = "#37474f", "#b0bec5", "#bbdefb"
# Okabe and Ito's colours, which people with colour-blindness tell apart (jfly.uni-koeln.de/color, 2008).
CUTS = ("#d55e00", "#0072b2", "#009e73", "#e69f00")
SIDE, STEP_M, RIVER_ROW, BRIDGES = 26, 100.0, 12, (4, 13, 21)


def town() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corners (n, 2) and streets (m,) and (m,): a jittered grid, one street in seven missing, a river with bridges."""
    rng = np.random.default_rng(7)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    y, x = np.divmod(number.ravel(), SIDE)
    xy = np.column_stack([x, y]) * STEP_M + rng.uniform(-28, 28, (SIDE * SIDE, 2))
    across = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    along = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    over_river = (along[:, 0] // SIDE == RIVER_ROW) & ~np.isin(along[:, 0] % SIDE, BRIDGES)
    streets = np.concatenate([across, along[~over_river]])
    bridge = (streets[:, 1] - streets[:, 0] == SIDE) & (streets[:, 0] // SIDE == RIVER_ROW)
    streets = streets[(rng.random(len(streets)) > 1 / 7) | bridge]
    return xy, streets[:, 0], streets[:, 1]


class Picture:
    """An SVG in the making; strokes of one look are one path, which keeps the files small."""

    def __init__(self, width: float, height: float, title: str) -> None:
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img"'
        self.parts = [
            f'{head} font-family="sans-serif" font-size="12" fill="{INK}">',
            f"<title>{title}</title>",
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        ]

    def lines(self, begin: np.ndarray, end: np.ndarray, colour: str, width: float) -> None:
        """Straight lines between rows of two (n, 2) arrays."""
        way = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for (a, b), (c, d) in zip(begin, end, strict=True))
        self.parts.append(
            f'<path d="{way}" stroke="{colour}" stroke-width="{width:g}" stroke-linecap="round"/>'
        )

    def dots(self, at: np.ndarray, colour: str, radius: float) -> None:
        """Round dots at the rows of an (n, 2) array."""
        way = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in at)
        self.parts.append(
            f'<path d="{way}" stroke="{colour}" stroke-width="{2 * radius:g}" stroke-linecap="round"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        """A rectangle."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="{stroke}"/>'
        )

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", size: float = 12) -> None:
        """Words that begin, or have their middle, at a point."""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size:g}">{words}</text>'
        )

    def save(self, path: Path) -> None:
        """Write the file."""
        path.write_text("\n".join([*self.parts, "</svg>", ""]), encoding="utf-8")


def elimination_tree(first: np.ndarray, head: np.ndarray) -> np.ndarray:
    """(n,) the parent of each row: the first to go of its remaining neighbours; -1 at the top (J. W. H. Liu 1990)."""
    parent = np.full(len(first) - 1, -1)
    has = first[1:] > first[:-1]
    parent[has] = head[first[:-1][has]]
    return parent


def cuts(parent: np.ndarray) -> np.ndarray:
    """(n,) 0 for rows of the first cut, 1 for those of the second two, and so on: runs of the tree between forks.

    Forks to twigs do not count: a half of a district has at least a fifth of its rows.
    """
    n = len(parent)
    size = np.ones(n, dtype=int)
    for row in range(n):
        if parent[row] >= 0:
            size[parent[row]] += size[row]
    level = np.full(n, -1)
    for row in range(n - 1, -1, -1):
        above = parent[row]
        if above < 0:
            level[row] = 0
            continue
        siblings = np.flatnonzero(parent == above)
        forked = np.count_nonzero(size[siblings] >= 0.2 * size[above]) > 1
        level[row] = level[above] + int(forked)
    return level


def on_paper(xy: np.ndarray, width: float) -> np.ndarray:
    """Coordinates of the town in the picture, north up."""
    scale = (width - 24) / (SIDE * STEP_M)
    return np.column_stack([xy[:, 0], SIDE * STEP_M - xy[:, 1]]) * scale + [18, 8]


def river(picture: Picture, width: float, left: float = 0) -> None:
    middle = on_paper(np.array([[0, (RIVER_ROW + 0.5) * STEP_M]]), width)[0, 1]
    picture.box(left, middle - 4, width, 8, WATER)


def draw_dissection(network: StreetNetwork, at: np.ndarray, ends: np.ndarray, path: Path) -> None:
    """The town with the corners of the first cuts in colour."""
    width = 460.0
    picture = Picture(width, width + 44, "Nested dissection: the corners that are eliminated last")
    river(picture, width)
    paper = on_paper(at, width)
    picture.lines(paper[ends[:, 0]], paper[ends[:, 1]], PALE, 1.2)
    picture.dots(paper, INK, 1.1)
    row = network.order.rank[network.node_at]
    level = cuts(elimination_tree(network.fill.up_first, network.fill.up_head))[row]
    for depth, words in enumerate(("first cut: eliminated last", "second", "third", "fourth")):
        x, radius = 20 + (0, 190, 275, 350)[depth], 4.6 - 0.6 * depth
        picture.dots(paper[level == depth], CUTS[depth], radius)
        picture.dots(np.array([[x, width + 18]]), CUTS[depth], radius)
        picture.text(x + 9, width + 22, words)
    picture.save(path)


def draw_fill(network: StreetNetwork, ends: np.ndarray, path: Path) -> None:
    """Which corner is joined to which, in rows and columns: as mapped, and in the order with its fill."""
    side, gap = 320.0, 40.0
    picture = Picture(2 * side + gap + 20, side + 50, "The arcs of the town as a matrix")
    n, fill = network.nodes, network.fill
    streets = np.sort(network.order.rank[network.node_at][ends], axis=1)
    arcs = np.column_stack([np.repeat(np.arange(n), np.diff(fill.up_first)), fill.up_head.astype(int)])
    laid = arcs[~np.isin(arcs @ [n, 1], streets @ [n, 1])]
    shuffled = np.random.default_rng(3).permutation(n)[ends]
    for left, words in (
        (10.0, f"{len(ends)} streets, corners in the order of a file"),
        (side + gap + 10, f"by elimination: {len(ends)} streets, {len(laid)} arcs of fill"),
    ):
        picture.box(left, 10, side, side, "#fafafa", PALE)
        picture.text(left, side + 32, words)
    dot = side / n
    for left, pairs, colour in (
        (10.0, shuffled, INK),
        (side + gap + 10, laid, CUTS[0]),
        (side + gap + 10, streets, INK),
    ):
        picture.dots(np.concatenate([pairs, pairs[:, ::-1]]) * dot + [left, 10], colour, 0.9)
    picture.save(path)


def draw_rows(path: Path) -> None:
    """One arc moves a row of lanes."""
    picture = Picture(640, 190, "A row of 32 lanes moves along one arc")
    above, below = (400, 120, None, 950), (330, 200, 610, None)
    cost, cell = 90, 62.0
    for y, words, numbers in ((20.0, "row of the later corner", above), (120.0, "row of this corner", below)):
        picture.text(20, y + 22, words)
        for lane in range(6):
            x = 190 + lane * cell
            picture.box(x, y, cell, 34, "#fafafa", PALE)
            if lane == 4:
                picture.text(x + cell / 2, y + 21, "…", anchor="middle")
            else:
                known = numbers[lane] if lane < 4 else None
                better = (
                    y < 100
                    and lane < 4
                    and below[lane] is not None
                    and below[lane] + cost < (above[lane] or 10**9)
                )
                shown = below[lane] + cost if better else known
                if better:
                    picture.box(x + 1, y + 1, cell - 2, 32, "#fff3e0")
                picture.text(x + cell / 2, y + 21, "∞" if shown is None else str(shown), anchor="middle")
    x = 190 + (np.arange(6) + 0.5) * cell
    foot, tip = np.column_stack([x, np.full(6, 118.0)]), np.column_stack([x, np.full(6, 58.0)])
    picture.lines(foot, tip, CUTS[1], 1.4)
    picture.lines(tip, np.add(tip, [-4, 7]), CUTS[1], 1.4)
    picture.lines(tip, np.add(tip, [4, 7]), CUTS[1], 1.4)
    picture.text(575, 93, f"+ {cost}", size=14)
    for lane, words in enumerate(("clinic", "school", "park", "market", "", "lane 32")):
        picture.text(190 + lane * cell + cell / 2, 174, words, anchor="middle", size=10.5)
    picture.text(20, 93, "the smaller one stays")
    picture.save(path)


def draw_marked(network: StreetNetwork, at: np.ndarray, ends: np.ndarray, path: Path) -> None:
    """Rows that a bounded sweep of 64 neighbouring homes visits: the union of what each reaches, and no more."""
    width, limit_m = 460.0, 500.0
    paper, travel = on_paper(at, width), network.in_metres()
    row = network.order.rank[network.node_at]
    homes = np.argsort(row)[:64]
    reached = travel.within(network.at_nodes(homes), network.at_nodes(np.arange(network.nodes)), limit_m)
    marked = np.unique(reached.facility)
    picture = Picture(width, width + 44, "Rows that 64 neighbouring homes mark within a limit")
    river(picture, width)
    picture.lines(paper[ends[:, 0]], paper[ends[:, 1]], PALE, 1.2)
    picture.dots(paper[marked], CUTS[3], 3.4)
    picture.dots(paper[homes], CUTS[1], 4)
    for x, colour, words in (
        (20, CUTS[1], "64 homes"),
        (110, CUTS[3], f"{len(marked)} corners within {limit_m:.0f} m of one of them"),
    ):
        picture.dots(np.array([[x, width + 18.0]]), colour, 4)
        picture.text(x + 9, width + 22, words)
    picture.save(path)


def main(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    xy, u, v = town()
    ends = np.column_stack([u, v])
    used = np.unique(ends)
    renumbered = np.searchsorted(used, ends)
    at = xy[used]
    metres = np.hypot(*(at[renumbered[:, 0]] - at[renumbered[:, 1]]).T)
    network = StreetNetwork.from_arrays(at, renumbered[:, 0], renumbered[:, 1], metres)
    draw_dissection(network, at, renumbered, folder / "dissection.svg")
    draw_fill(network, renumbered, folder / "fill.svg")
    draw_rows(folder / "rows.svg")
    draw_marked(network, at, renumbered, folder / "marked.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
