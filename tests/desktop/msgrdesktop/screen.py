# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is to be seen on a display: its pixels.

import struct

WIDTH, HEIGHT = 1280, 800


class Shot:
    """The pixels of a whole display, at one moment."""

    def __init__(self, rgb):
        assert len(rgb) == WIDTH * HEIGHT * 3, len(rgb)
        self.rgb = rgb

    def at(self, x, y):
        start = (y * WIDTH + x) * 3
        return tuple(self.rgb[start:start + 3])

    def ink(self, colour):
        """Where this colour is: the numbers of the pixels."""
        wanted = bytes(colour)
        found, at = set(), self.rgb.find(wanted)
        while at >= 0:
            if at % 3 == 0:
                found.add(at // 3)
            at = self.rgb.find(wanted, at + 1)
        return found

    def shape(self, colour):
        """The same, wherever on the display it is."""
        found = [(number % WIDTH, number // WIDTH) for number in self.ink(colour)]
        left = min((x for x, _ in found), default=0)
        top = min((y for _, y in found), default=0)
        return {(x - left, y - top) for x, y in found}


def from_memory(path):
    """The frame buffer of Xvfb as it is now: a file in the format of xwd."""
    with open(path, 'rb') as file:
        data = file.read()
    header_size, colours = struct.unpack_from('>I72xI', data)
    start = header_size + colours * 12
    pixels = data[start:start + WIDTH * HEIGHT * 4]
    rgb = bytearray(WIDTH * HEIGHT * 3)
    for channel in range(3):
        rgb[channel::3] = pixels[2 - channel::4]
    return Shot(bytes(rgb))
