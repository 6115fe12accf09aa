# SPDX-License-Identifier: LGPL-2.1-or-later
#
# All the traffic of the bus, as root may see it.

import json
import subprocess
import sys
import threading

from . import names
from .client import DEADLINE
from .world import Skip


class Monitor:
    """Root's view of the whole bus."""

    def __init__(self, w):
        if not w.users.many:
            raise Skip('needs root: monitoring the bus')
        self.process = subprocess.Popen([sys.executable, w.hall.monitor_script,
                                         w.hall.bus.address], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert json.loads(self.process.stdout.readline())['type'] == 'ready'
        self.messages = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.messages.append(json.loads(line))
            if self.messages[-1]['member'] == 'GetNameOwner' and 'the.end' in line:
                break

    def stop(self, client):
        """Everything that was sent until now."""
        client.start('/', names.DBUS, 'GetNameOwner', 's', ['the.end'], dest=names.DBUS).reply()
        self.reader.join(DEADLINE)
        assert not self.reader.is_alive(), 'the monitor does not see the end'
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        return self.messages
