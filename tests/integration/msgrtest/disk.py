# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Disks that fail.

import resource
import subprocess
import sys


def set_file_limit(w, size):
    """No file of the service may grow beyond this, from now on; None: as before. By a process of
    the service's own user, which needs no privilege for it."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]  # which it has inherited
    code = 'import resource; resource.prlimit(%d, resource.RLIMIT_FSIZE, (%d, %d))' % (
        w.daemon.pid, hard if size is None else size, hard)
    subprocess.run([sys.executable, '-c', code], check=True, cwd='/',
                   **w.users.become(w.users.find('service')))
