# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A user at a machine with all that there is: the service, a desktop with the agent and a
# notification server, the connector of an account, and an application with a desktop file.

import json
import os
import shutil

from msgrtest import keys
from msgrtest.desktop import Desktop, Loop
from msgrtest.scene import GUID, NAME, URL
from msgrtest.world import eventually

from .desk import Desk

HERE = os.path.dirname(os.path.abspath(__file__))
QUICK = {'Messenger': {'DecisionWindow': 1}}


class Household(Desk):
    def __init__(self, world, account, short, key=keys.DESK, config=None):
        """The agent runs, the connector isn't started yet."""
        if world.daemon is None:
            world.start(config or QUICK)
        super().__init__(world, account, short, key)
        self.desktop = world.own(Desktop(world, short, world.hall.bus.address))
        self.notices = self.desktop.fdo()
        self.start_agent()

    def start_agent(self):
        self.agent = self.desktop.start_agent()
        self.agent.wait_log('Registered with the service')
        return self

    def unlock_again(self):
        """The service has been started again."""
        self.client = self.world.unlocked(self.short, self.key, *self.objects)
        return self

    # the application

    def install(self, key=keys.CHESS):
        """Puts the application and its desktop file there; returns when the agent has registered
        it."""
        self.program = self.desktop.path('meet.py')
        shutil.copyfile(os.path.join(HERE, 'meet.py'), self.program)
        self.desktop.own(self.program)
        os.chmod(self.program, 0o755)
        self.desktop.file('meet.py.key', json.dumps({'id': key.id, 'key': key.secret}), 0o600)
        self.desktop.desktop_file('org.example.Chess.desktop', Name=NAME, Exec=self.program,
                                  X_Msgr_Guid=GUID, X_Msgr_AppId=key.id, X_Msgr_Url=URL)
        probe = self.world.unlocked(self.short, key)
        eventually(lambda: GUID in [app['Guid'] for app in probe.manager.get('Applications')],
                   'the application is registered')
        probe.close()
        return self

    def notes(self):
        """What the application has noted: the last of each."""
        try:
            with open(self.program + '.notes', encoding='utf-8') as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return {}
        found = {'Starts': 0}
        for line in lines:
            fields = json.loads(line)
            found['Starts'] += 'Process' in fields
            found.update(fields)
        assert 'Error' not in found, found
        return found

    def wait_noted(self, **fields):
        """Until the application has noted these."""
        eventually(lambda: all(self.notes().get(name) == value for name, value in fields.items()),
                   'the application notes %r' % fields)
        return self.notes()

    # what shows

    def click(self, text, label):
        """Waits for a notice with this text, clicks, and waits until it has gone."""
        number = self.notices.wait(text)
        title, body = self.notices.title(number), self.notices.body(number)
        self.notices.click(number, label)
        self.notices.wait_gone(number)
        return title, body

    def nothing_shows(self):
        Loop.wait_for(lambda: not self.notices.notices, 'nothing shows')
