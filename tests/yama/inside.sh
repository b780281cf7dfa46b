#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process of the machine that boot.py starts: runs the tests, says what came of them on the second
# serial line, and turns the machine off.
export PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8
export AWI_BUILD=/awsintercept/build AWI_PROGRAMS=/awsintercept/programs AWI_YAMA=/proc/sys/kernel/yama/ptrace_scope
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts none /dev/pts
mount -t tmpfs -o mode=1777 none /dev/shm
mount -t tmpfs -o mode=1777 none /tmp
ln -s /proc/self/fd /dev/fd
# The loopback is down at first.
python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))'
exec </dev/null >/dev/ttyS1 2>&1
cd /awsintercept/tests/static || exit
only=$(sed -n 's/.* only=//p' /proc/cmdline)

# group SCRIPT NAME: one group of a test, if it is asked for.
group() {
    case "$1 $2" in
    *"$only"*) ;;
    *) return ;;
    esac
    echo "# group $1 $2"
    python3 "$1.py" "$2"
}

echo "# Linux $(uname -r), ptrace_scope $(cat $AWI_YAMA)"
case $(uname -r) in
[0-4].* | 5.[0-8].*)
    group ../yama/test_kernel too_old
    only="nothing else"
    ;;
esac
group ../yama/test_kernel waits
for name in launcher starts nobody ends libc; do
    group test_static "$name"
done
for name in sockets settings emptied unreadable; do
    group test_supervised "$name"
done
for name in terminal stops killed; do
    group test_jobs "$name"
done
# The last one: nothing but a restart takes back a ptrace_scope of 3.
group test_supervised ptrace_scope
echo "# end"
sleep 1
exec python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321fedc)'
