"""Makes the files here from the two typefaces as they are published; run only when one of them changes.

    pip install fonttools brotli
    python reports/typefaces/make.py DroidSansFallbackFull.ttf NotoSansHK_400Regular.ttf

The first comes with Debian's `fonts-droid-fallback`, the second with the npm package `@expo-google-fonts/noto-sans-hk`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
HAN = (
    range(0x2E80, 0x2FE0),
    range(0x31C0, 0x31F0),
    range(0x3400, 0xA000),
    range(0xF900, 0xFB00),
    range(0x20000, 0x33480),
)
"""Chinese characters, radicals and strokes."""
MARKS = (range(0x3000, 0x3400), range(0xFE30, 0xFE50), range(0xFF00, 0xFFF0))
"""Punctuation, phonetic signs, wide letters and digits."""


def letters(file: Path) -> set[int]:
    """The characters a typeface has."""
    return set(TTFont(file).getBestCmap())


def encoded(encoding: str, first: int, last: int) -> set[int]:
    """The characters of an encoding whose first byte lies between two."""
    pairs = (bytes([a, b]) for a in range(first, last) for b in range(0x40, 0xFF))
    return {ord(c) for pair in pairs for c in pair.decode(encoding, errors="ignore")}


def among(characters: set[int], ranges: tuple[range, ...]) -> set[int]:
    """Those of the characters that lie in one of the ranges."""
    return {c for c in characters if any(c in part for part in ranges)}


def write(source: Path, characters: set[int], to: Path) -> None:
    """A typeface with some of the characters; as WOFF2 if its name says so."""
    options = subset.Options(
        hinting=False, layout_features=[], flavor="woff2" if to.suffix == ".woff2" else None
    )
    font = subset.load_font(str(source), options)
    made = subset.Subsetter(options)
    made.populate(unicodes=characters)
    made.subset(font)
    subset.save_font(font, str(to), options)


def main(droid: Path, hong_kong: Path) -> None:
    """Write every file."""
    shutil.copyfile(droid, HERE / "DroidSansFallbackFull.ttf")
    has = among(letters(droid), (*HAN, *MARKS))
    supplement = among(letters(hong_kong) - letters(droid), HAN)
    write(hong_kong, supplement, HERE / "NotoSansHK-Supplement.ttf")
    # The first level of Big5 and of GB 2312 hold the characters that nearly every name is written with.
    traditional = (encoded("big5", 0xA4, 0xC7) | among(has, MARKS)) & has
    simplified = (encoded("gb2312", 0xB0, 0xD8) & has) - traditional
    write(droid, traditional, HERE / "web" / "traditional.woff2")
    write(droid, simplified, HERE / "web" / "simplified.woff2")
    write(droid, has - traditional - simplified, HERE / "web" / "rare.woff2")
    write(hong_kong, supplement, HERE / "web" / "hong-kong.woff2")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
