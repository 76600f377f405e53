"""The ledger of needs: who lacks what, where, on what grounds, and whose turn it is.

A need is group x place x service x step x evidence. :func:`recognise` raises one from every measured
observation that misses its standard, by the rules that stand beside the indicators in the catalogue; it joins
requests as further evidence, says who is silent, and carries the earlier ledger on. A screening or a missing
input raises nothing, and only a measurement closes a need. The official lists (:func:`official_views`) are
views of the ledger, and :func:`compare_years` tells what happened in the city from what happened in the
books.

>>> from yiju.needs import need_id
>>> need_id("age_60_plus", "5001-03", "elder_day_care", "none")  # the same in every year
'N-P507T7N0'
"""

from yiju.checkup.snapshot import read_observations
from yiju.needs.contract import NEEDS, STEPS
from yiju.needs.evidence import read_evidence
from yiju.needs.identity import need_id
from yiju.needs.ladder import Ladder, ladder
from yiju.needs.ledger import read_needs, write_needs
from yiju.needs.recognition import recognise
from yiju.needs.views import View, official_views

__all__ = [
    "NEEDS",
    "STEPS",
    "Ladder",
    "View",
    "ladder",
    "need_id",
    "official_views",
    "read_evidence",
    "read_needs",
    "read_observations",
    "recognise",
    "write_needs",
]
