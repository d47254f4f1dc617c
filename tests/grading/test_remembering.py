from gatecheck.grading.remembering import remembered


def test_what_was_worked_out_for_the_same_objects_is_not_worked_out_again():
    asked = []

    @remembered(2)
    def length(values, *words):
        asked.append(values)
        return len(values) + len(words)

    one, twin = [1], [1]
    assert length(one, "a") == length(one, "".join(["a"])) == 2
    assert asked == [one]
    assert length(twin, "a") == 2 and asked[-1] is twin
    assert length((one, twin)) == length((one, twin)) == 2 and len(asked) == 3
    assert length(one, "a") == 2 and len(asked) == 4, "only the last two are remembered"


def test_what_is_remembered_is_held_so_that_nothing_else_takes_its_place():
    @remembered(1000)
    def first(values):
        return values[0]

    assert [first([k]) for k in range(100)] == list(range(100))
