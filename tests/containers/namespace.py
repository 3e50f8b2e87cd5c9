# SPDX-License-Identifier: GPL-3.0-or-later
"""A world of its own for containers: mounts, network and processes that nobody else sees and that end
with the test, whatever happens in it. Needs to be root."""
import os
import signal
import subprocess
import sys

_INSIDE = "SORTIE_CONTAINERS_INSIDE"


def enter():
    """Goes on with this program in namespaces of its own; returns only there."""
    if os.environ.get(_INSIDE):
        return
    os.execvpe("unshare", [
        "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc",
        "--propagation", "private", sys.executable, "-B", *sys.argv],
        {**os.environ, _INSIDE: "1"})


def furnish():
    """As the first process in there: a plain view of control groups, fresh folders for what podman keeps
    while it runs and for X displays, a loopback device, no IPv6 on the engine's own devices (each one
    that comes or goes would change this machine's addresses, at which a browser gives up what it is
    loading: ERR_NETWORK_CHANGED); then everything else is done by a child, since the first process has
    to reap the orphans."""
    subprocess.run("""set -e
        umount -R /sys/fs/cgroup 2>/dev/null || :
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        mount -t tmpfs -o mode=755 tmpfs /run
        mount -t tmpfs -o mode=1777 tmpfs /dev/shm
        mkdir -p /tmp/.X11-unix
        mount -t tmpfs -o mode=1777 tmpfs /tmp/.X11-unix
        ip link set lo up
        sysctl -eqw net.ipv4.ip_forward=1 net.ipv6.conf.default.disable_ipv6=1""", shell=True, check=True)
    child = os.fork()
    if child == 0:
        return
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    while True:
        try:
            pid, status = os.wait()
        except InterruptedError:
            continue
        if pid == child:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
