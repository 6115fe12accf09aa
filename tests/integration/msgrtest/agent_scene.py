# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What most tests of msgr-agent begin with.

import contextlib

from .desktop import Desktop
from .service_mock import ServiceMock


class Scene:
    """A desktop, a service, an agent that is registered with it."""

    def __init__(self, w):
        self.desktop = Desktop(w)
        self.service = None
        self.agent = None

    def begin(self, *args, **options):
        self.service = self.service or ServiceMock(self.desktop.address)
        self.desktop.system_address = 'session'
        self.agent = self.desktop.start_agent(*args, registered=self.service.registered, **options)
        return self

    def begin_with_fdo(self, **options):
        """Where org.freedesktop.Notifications shows what is to be shown."""
        fdo = self.desktop.fdo(**options)
        self.begin()
        return fdo

    def again(self, **options):
        """The agent once more, registered with the same service."""
        self.service.agent = None
        self.agent = self.desktop.start_agent(registered=self.service.registered, **options)

    def close(self):
        self.desktop.close()
        if self.service:
            self.service.close()


@contextlib.contextmanager
def scene(w):
    s = Scene(w)
    try:
        yield s
    finally:
        s.close()
