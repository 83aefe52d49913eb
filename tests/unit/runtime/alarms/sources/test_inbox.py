"""The inbox: bounded, in order, and with room for others while one sender floods."""

from __future__ import annotations

from runtime.alarms.sources.listened.inbox import Inbox, Waiting


def test_a_full_inbox_takes_no_more() -> None:
    inbox: Inbox[int] = Inbox(most=2, most_bytes=10)

    assert inbox.offer(Waiting(1, 9))
    assert inbox.offer(Waiting(2, 9))
    assert not inbox.offer(Waiting(3, 1))
    assert [one.what for one in inbox.take(5, wait_s=0)] == [1, 2]
    assert inbox.offer(Waiting(3, 1))


def test_what_is_put_back_comes_first() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.offer(Waiting(3, 1))

    inbox.put_back([Waiting(1, 1), Waiting(2, 1)])

    assert [one.what for one in inbox.take(5, wait_s=0)] == [1, 2, 3]


def test_a_sender_that_floods_leaves_half_of_the_room_to_others() -> None:
    inbox: Inbox[int] = Inbox(most=10)

    taken = [inbox.offer(Waiting(number, 1, sender="flood")) for number in range(10)]

    assert taken == [True] * 5 + [False] * 5
    assert inbox.offer(Waiting(11, 1, sender="another"))
    inbox.take(1, wait_s=0)
    assert inbox.offer(Waiting(12, 1, sender="flood"))
