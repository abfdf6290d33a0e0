"""The network interfaces that are up, by the names a system gives them."""

from __future__ import annotations

import socket
import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _IF_TYPE_PPP = 23
    _IF_OPER_STATUS_UP = 1
    _AF_UNSPEC = 0
    _NAMES_ONLY = 0x0001 | 0x0002 | 0x0004 | 0x0008  # unicast, anycast, multicast, name servers: only names are wanted
    _ERROR_BUFFER_OVERFLOW = 111
    _ERROR_NO_DATA = 232

    class _Adapter(ctypes.Structure):
        """The beginning of IP_ADAPTER_ADDRESSES_LH (iptypes.h)."""

    _Adapter._fields_ = [
        ("Length", wintypes.ULONG),
        ("IfIndex", wintypes.DWORD),
        ("Next", ctypes.POINTER(_Adapter)),
        ("AdapterName", ctypes.c_char_p),
        ("FirstUnicastAddress", ctypes.c_void_p),
        ("FirstAnycastAddress", ctypes.c_void_p),
        ("FirstMulticastAddress", ctypes.c_void_p),
        ("FirstDnsServerAddress", ctypes.c_void_p),
        ("DnsSuffix", wintypes.LPWSTR),
        ("Description", wintypes.LPWSTR),
        ("FriendlyName", wintypes.LPWSTR),
        ("PhysicalAddress", ctypes.c_ubyte * 8),
        ("PhysicalAddressLength", wintypes.ULONG),
        ("Flags", wintypes.ULONG),
        ("Mtu", wintypes.ULONG),
        ("IfType", wintypes.DWORD),
        ("OperStatus", ctypes.c_int),
    ]

    def active_interfaces() -> list[str]:
        """What the maker calls each adapter that is up; "ppp" for a dialled one.

        Raises OSError where the system does not say.
        """
        ask = ctypes.windll.iphlpapi.GetAdaptersAddresses
        size = wintypes.ULONG(15_000)  # what Microsoft advises to begin with
        for _ in range(3):
            buffer = ctypes.create_string_buffer(size.value)
            code = ask(_AF_UNSPEC, _NAMES_ONLY, None, buffer, ctypes.byref(size))
            if code != _ERROR_BUFFER_OVERFLOW:
                break
        if code == _ERROR_NO_DATA:
            return []
        if code:
            raise ctypes.WinError(code)
        names = []
        entry = ctypes.cast(buffer, ctypes.POINTER(_Adapter))
        while entry:
            adapter = entry.contents
            if adapter.OperStatus == _IF_OPER_STATUS_UP:
                names.append("ppp" if adapter.IfType == _IF_TYPE_PPP else adapter.Description or "")
            entry = adapter.Next
        return names

else:

    def active_interfaces() -> list[str]:
        """The names of the interfaces. Raises OSError where the system does not say."""
        return [name for _, name in socket.if_nameindex()]
