def test_x(world):
    print(world.theirs.ids)
    assert 0
