# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A private bus of type system: the distribution's own default policy, and the service's policy as
# it is shipped, with only the service's user replaced by the tests' one.

import os
import re
import subprocess

SYSTEM_CONF = '/usr/share/dbus-1/system.conf'

TEMPLATE = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <keep_umask/>
  <auth>EXTERNAL</auth>
  <listen>unix:path={folder}/bus.sock</listen>
  {policies}
  <includedir>{folder}/system.d</includedir>
</busconfig>
'''

# Lets calls through that the shipped policy would stop: to see what the service says to them.
PERMISSIVE = '''<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <policy context="mandatory">
    <allow send_destination="org.msgr.Messenger"/>
    <allow send_destination="org.msgr.Messenger.Agents"/>
  </policy>
</busconfig>
'''


def distribution_policies():
    with open(SYSTEM_CONF, encoding='utf-8') as file:
        text = file.read()
    policies = re.findall(r'<policy .*?</policy>', text, re.DOTALL)
    assert '<deny send_type="method_call"/>' in policies[0], 'not deny by default: ' + SYSTEM_CONF
    return '\n'.join(policies)


class Bus:
    def __init__(self, folder, policy, service_uid, environment, permissive=False):
        self.folder = folder
        os.makedirs(folder + '/system.d')
        os.chmod(folder, 0o755)
        with open(folder + '/bus.conf', 'w', encoding='utf-8') as file:
            file.write(TEMPLATE.format(folder=folder, policies=distribution_policies()))
        with open(policy, encoding='utf-8') as file:
            text = file.read()
        text, count = re.subn(r'(<policy\s+user=)"[^"]*"', r'\1"%d"' % service_uid, text)
        assert count, 'the policy names no user: ' + policy
        with open(folder + '/system.d/org.msgr.Messenger.conf', 'w', encoding='utf-8') as file:
            file.write(text)
        if permissive:
            with open(folder + '/system.d/permissive.conf', 'w', encoding='utf-8') as file:
                file.write(PERMISSIVE)
        self.log = open(folder + '/bus.log', 'w', encoding='utf-8')
        self.process = subprocess.Popen(
            ['dbus-daemon', '--config-file=' + folder + '/bus.conf', '--nofork', '--nopidfile',
             '--print-address=1'], stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=dict(os.environ, **environment))
        self.address = self.process.stdout.readline().strip()
        assert self.address, 'the bus did not start: ' + self.messages()

    def messages(self):
        self.log.flush()
        with open(self.folder + '/bus.log', encoding='utf-8') as file:
            return file.read()

    def check(self):
        """A policy that the bus dropped would make every test of it meaningless."""
        for line in self.messages().splitlines():
            for sign in ('Encountered error', 'Unknown username', 'Unknown group'):
                assert sign not in line, 'the bus says: ' + line

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()
