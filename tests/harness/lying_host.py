"""A git host whose packs are not what it says they are."""
import hashlib
import zlib

from .git_hosts import HttpHost

BLOB = 3            # the kind of an object in a pack
BAND_MAX = 65515    # bytes of a pack in one line


def flip(pack):
    """An octet in the middle is another one; the sum at the end is that of the right one."""
    middle = len(pack) // 2
    return pack[:middle] + bytes([pack[middle] ^ 0xff]) + pack[middle + 1:]


def announce_more(pack):
    """There is one object less than the head says."""
    return signed(pack[:8] + (int.from_bytes(pack[8:12], "big") + 1).to_bytes(4, "big") + pack[12:-20])


def send_nothing(_pack):
    """A flawless pack without an object: what the refs name is not in it."""
    return signed(b"PACK" + (2).to_bytes(4, "big") + bytes(4))


def change_files(pack):
    """A flawless pack whose files have other content: those that the trees name are not there."""
    changed = [pack[at:start] + zlib.compress(text[::-1] if kind == BLOB else text)
               for at, start, kind, text in split(pack)]
    return signed(pack[:12] + b"".join(changed))


def signed(pack):
    return pack + hashlib.sha1(pack).digest()


def split(pack):
    """(where it begins, where its content begins, kind, content) of each object; none may be a delta."""
    at = 12
    for _ in range(int.from_bytes(pack[8:12], "big")):
        start, kind = at, pack[at] >> 4 & 7
        while pack[at] & 0x80:
            at += 1
        at += 1
        assert kind in (1, 2, BLOB, 4), kind
        inflate = zlib.decompressobj()
        text = inflate.decompress(pack[at:-20])
        yield start, at, kind, text
        at = len(pack) - 20 - len(inflate.unused_data)


class LyingHost(HttpHost):
    """`lie` makes another pack of each one; None: the host is honest."""

    lie = None

    def answered(self, path, content):
        if not self.lie or not path.endswith("/git-upload-pack"):
            return content
        head, pack = [], b""
        for line in lines_of(content):
            if line[:1] == b"\x01":
                pack += line[1:]
            elif line[:1] not in (b"\x02", b"\x03"):
                head.append(line)
        pack = self.lie(pack)
        bands = [b"\x01" + pack[at:at + BAND_MAX] for at in range(0, len(pack), BAND_MAX)]
        return b"".join(b"%04x%s" % (len(line) + 4, line) for line in (*head, *bands)) + b"0000"


def lines_of(content):
    """Git's pkt-lines, without the empty ones."""
    while content:
        length = int(content[:4], 16)
        if length > 4:
            yield content[4:length]
        content = content[max(length, 4):]
