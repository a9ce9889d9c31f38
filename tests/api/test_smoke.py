async def test_viewer(people):
    data = await people.anna.data("{ viewer { user { fullName isAdmin } workspace { currency } } }")
    assert data == {
        "viewer": {
            "user": {"fullName": "Anna Test", "isAdmin": False},
            "workspace": {"currency": "USD"},
        }
    }
