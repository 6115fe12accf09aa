# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The project as it is installed: below /usr, where programs, desktop files and D-Bus services find
# each other. The tests' mount namespace alone sees it.

import os
import subprocess

from msgrtest.world import Skip

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get('MSGR_BUILD', os.path.join(TOP, 'build'))

PACKAGES = {  # program -> the package that has it
    'Xvfb': 'xvfb',
    'import': 'imagemagick',
    'xdotool': 'xdotool',
    'dbus-daemon': 'dbus-daemon',
    'meson': 'meson',
}


def need(**programs):
    """Skips the test unless these programs are there: need(dunst='dunst')."""
    for program, package in {**PACKAGES, **programs}.items():
        if subprocess.run(['which', program], stdout=subprocess.DEVNULL, check=False).returncode:
            raise Skip('needs the package ' + package)


def installed(w):
    """Puts what was built over /usr, once."""
    w.need_mounts()
    need()
    if not getattr(w.hall, 'is_installed', False):
        stage = os.path.join(w.hall.folder, 'stage')
        done = subprocess.run(
            ['meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet', '--destdir', stage],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout
        done = subprocess.run(
            ['mount', '-t', 'overlay', '-o', 'lowerdir=%s/usr:/usr' % stage, 'overlay', '/usr'],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise Skip('needs a kernel that mounts overlays: ' + done.stdout.strip())
        w.hall.is_installed = True
