# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The runner: tests register themselves with @test, run in order, and say one line each.

import re
import sys
import traceback

from .users import Users
from .world import Hall, Skip, World

REGISTRY = []


def test(title, **options):
    """Registers a test. Options: permissive (the bus lets every call through)."""
    def register(function):
        REGISTRY.append((title, function, options))
        return function
    return register


class Output:
    """TAP for a build system, or the same for people."""

    def __init__(self, tap, prefix):
        self.tap = tap
        self.prefix = prefix
        self.number = 0
        self.failed = 0

    def say(self, line):
        print(line, flush=True)

    def plan(self, count):
        if self.tap:
            self.say('1..%d' % count)

    def result(self, title, problem=None, skipped=None):
        self.number += 1
        name = title if self.tap else '%s: %s' % (self.prefix, title)
        number = '%d - ' % self.number if self.tap else ''
        if problem:
            self.failed += 1
            self.say('not ok %s%s' % (number, name))
            self.say('\n'.join('# ' + line for line in problem.splitlines()))
        elif skipped and self.tap:
            self.say('ok %s%s # SKIP %s' % (number, name, skipped))
        elif skipped:
            self.say('skip %s %s' % (name, skipped))
        else:
            self.say('ok %s%s' % (number, name))


def run_one(hall, function):
    """Returns (problem, why skipped)."""
    world = World(hall)
    problem = skipped = None
    logs = []
    try:
        function(world)
    except Skip as reason:
        skipped = str(reason)
    except Exception:
        problem = traceback.format_exc()
    try:
        logs = world.close(bool(problem))
    except AssertionError:
        problem = traceback.format_exc()
        logs = [daemon.log for daemon in world.daemons]
    if problem:
        problem += ''.join('\nlog of the service:\n' + tail(log) for log in logs)
    return problem, skipped


def tail(log, lines=150):
    return '\n'.join(log.splitlines()[-lines:])


def run(module, msgrd, policy, pattern, tap):
    """Runs the tests of a module whose titles match; returns how many failed."""
    prefix = module.__name__.replace('test_', '')
    chosen = [entry for entry in REGISTRY
              if re.search(pattern, '%s: %s' % (prefix, entry[0]))]
    output = Output(tap, prefix)
    output.plan(len(chosen))
    halls = {}
    users = Users()
    try:
        for title, function, options in chosen:
            permissive = options.get('permissive', False)
            if permissive not in halls:
                halls[permissive] = Hall(users, msgrd, policy, permissive)
            output.result(title, *run_one(halls[permissive], function))
    finally:
        for hall in halls.values():
            try:
                hall.close()
            except AssertionError as error:
                output.failed += 1
                print('Bail out! %s' % error, file=sys.stdout, flush=True)
        users.close()
    return output.failed
