# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The table of a session once more, by the same client code: with the inviter on one machine and the
# invitee on another. What differs there is in docs/across-networks.md, and tested in
# test_remote.py.

import test_states
from msgrtest import tap
from msgrtest.network import Across

DIFFERENT = [
    'what leaves for one call: the reply, the signals of the caller, those of the others',  # one bus
    'accepting an application that is not there: told to both, waits longer once, then works',
    'addresses are exchanged when both are attached, not before',
]

test_states.Scene = Across
for state, make in test_states.SCENES.items():
    test_states.SCENES[state] = getattr(Across, make.__name__)
tap.REGISTRY[:] = [entry for entry in tap.REGISTRY if entry[0] not in DIFFERENT]
