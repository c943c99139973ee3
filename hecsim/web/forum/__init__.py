"""A forum in one room, without the internet: phones vote, the vote becomes the mix, the result plays.

`room` keeps the state and the rules of a forum, `choices` what stands on the ballot and what it costs, `show` what a
finished run tells, `pages` the plain pages: ballot, public screen, control.
"""

from hecsim.web.forum.room import PHASES, Room, RoomError

__all__ = ["PHASES", "Room", "RoomError"]
