"""Counts the syncs of a child process, by tracing its system calls (Linux)."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Sequence

_TRACEME, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 24, 0x4200, 0x420E
_MARK_SYSCALLS, _KILL_WITH_US = 1, 1 << 20
_ENTRY = 1
_SYNCS = {0xC000003E: {74, 75}, 0xC00000B7: {82, 83}}  # fsync and fdatasync on x86-64 and on arm64
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


class _Info(ctypes.Structure):
    _fields_ = [
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64),
        ("nr", ctypes.c_uint64),
        ("args", ctypes.c_uint64 * 6),
        ("rest", ctypes.c_uint64 * 4),
    ]


def _ptrace(request: int, pid: int, address: int = 0, data: object = 0) -> None:
    if _libc.ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def count_syncs(command: Sequence[str]) -> int:
    """Run a command of one thread to its end; how often it synced a file. OSError where tracing is forbidden."""
    child = subprocess.Popen(command, preexec_fn=lambda: _ptrace(_TRACEME, 0))
    os.waitpid(child.pid, 0)
    _ptrace(_SETOPTIONS, child.pid, 0, _MARK_SYSCALLS | _KILL_WITH_US)
    found, passed_on = 0, 0
    while True:
        _ptrace(_SYSCALL, child.pid, 0, passed_on)
        _, status = os.waitpid(child.pid, 0)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            child.returncode = os.waitstatus_to_exitcode(status)
            assert child.returncode == 0
            return found
        stopped_by = os.WSTOPSIG(status)
        at_syscall = stopped_by == signal.SIGTRAP | 0x80
        passed_on = 0 if at_syscall or stopped_by == signal.SIGTRAP else stopped_by
        found += at_syscall and _is_sync(child.pid)


def _is_sync(pid: int) -> bool:
    info = _Info()
    _ptrace(_SYSCALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
    return info.op == _ENTRY and info.nr in _SYNCS.get(info.arch, set())
