"""What is packed can be put together again, whatever the names and the numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yiju.report.packing import NAME, NUMBER, Texts, coded, column, put_together
from yiju.text import Text

words = st.text(alphabet=st.characters(exclude_characters=NAME + NUMBER, exclude_categories=["Cs"]))


@given(words, words, words)
def test_a_sentence_comes_back_in_both_languages(zh, en, name):
    texts = Texts()
    row, *numbers = texts.pattern(Text(zh, en or zh), name)
    lists = numbers if numbers and isinstance(numbers[0], list) else [numbers, numbers]
    back = [put_together(p, name, n) for p, n in zip(texts.json()[row], lists, strict=True)]
    assert back == [zh, en or zh]


def test_sentences_that_differ_by_a_name_and_numbers_share_a_pattern():
    texts = Texts()
    for name, people in (("甲", 7), ("乙", 1234), ("丙3号", 20)):
        texts.pattern(Text(f"{name}：{people:,}人", f"{name}: {people:,} people"), name)
    assert texts.json()[1:] == [[f"{NAME}：{NUMBER}人", f"{NAME}: {NUMBER} people"]]


@given(
    st.lists(
        st.one_of(st.none(), st.integers(0, 5), st.sampled_from(["a", "b"]), st.floats(0, 1)), min_size=1
    )
)
def test_a_long_column_comes_back(values):
    packed = coded(values)
    at = packed.get("at", list(range(len(values))))
    back = [packed["of"][at if isinstance(at, int) else at[row]] for row in range(len(values))]
    assert back == values


def test_1_and_true_and_1_0_stay_apart():
    assert coded([1, True, 1.0, 1, True, 1.0])["of"] == [1, True, 1.0]
    assert [type(v) for v in coded([1, True, 1.0, 1, True, 1.0])["of"]] == [int, bool, float]
    assert column([1, True]) == [1, True]
