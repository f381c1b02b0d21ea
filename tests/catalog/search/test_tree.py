"""Trees are as flat as they can be."""

from catalog.search.tree import And, Everything, Or, Word, all_of, any_of

A, B, C = Word("a"), Word("b"), Word("c")


def test_all_of() -> None:
    assert all_of([]) == Everything()
    assert all_of([A]) == A
    assert all_of([A, And((B, C))]) == And((A, B, C))
    assert all_of([A, Or((B, C))]) == And((A, Or((B, C))))


def test_any_of() -> None:
    assert any_of([A]) == A
    assert any_of([Or((A, B)), C]) == Or((A, B, C))
    assert any_of([And((A, B)), C]) == Or((And((A, B)), C))
