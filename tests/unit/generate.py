#!/usr/bin/env python3
"""Writes the tables in tests/unit/data: what Python says that our own code must say too.

The tables are kept in the tree, so that the tests need no Python. usage: tests/unit/generate.py
"""
import calendar
import datetime as dt
import os
import random
from decimal import Decimal, getcontext
from email.utils import formatdate
from fractions import Fraction

rnd = random.Random(20260516)
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def table(name, comment, rows):
    with open(os.path.join(here, name), "w") as f:
        f.write(f"# {comment}; written by generate.py\n")
        for row in rows:
            f.write("\t".join(str(x) for x in row) + "\n")


def instants():
    """text, seconds, attoseconds, the canonical spelling."""
    edges = [(1, 1, 1), (1, 12, 31), (1582, 10, 15), (1600, 2, 29), (1899, 12, 31), (1900, 2, 28), (1969, 12, 31),
             (1970, 1, 1), (1999, 12, 31), (2000, 2, 29), (2024, 2, 29), (2038, 1, 19), (2100, 2, 28), (9999, 12, 30)]
    for i in range(600):
        if i < 3 * len(edges):
            d = dt.datetime(*edges[i // 3])
        else:
            d = dt.datetime(rnd.randint(2, 9998), rnd.randint(1, 12), rnd.randint(1, 28))
        d = d.replace(hour=rnd.randint(0, 23), minute=rnd.randint(0, 59), second=rnd.randint(0, 59))
        digits = rnd.choice([0, 0, 1, 2, 3, 6, 9, 12, 18, 20])
        frac = "".join(rnd.choice("0123456789") for _ in range(min(digits, 18))) + "00"[:max(0, digits - 18)]
        minutes = rnd.choice([0, 0, 60, 120, -300, 330, 345, -210, 840, -720, 1439, -1439])
        sign = "-" if minutes < 0 else "+"
        h, m = divmod(abs(minutes), 60)
        zone = rnd.choice([f"{sign}{h:02}:{m:02}", f"{sign}{h:02}{m:02}"] + ([f"{sign}{h:02}"] if m == 0 else []))
        if minutes == 0:
            zone = rnd.choice(["Z", "z", "+00:00", "-00:00", "+00"])
        sep = rnd.choice("TTTt ")
        if d.year == 1 or (d.year, d.month) == (9999, 12):
            minutes, zone = 0, "Z"
        text = d.strftime(f"{d.year:04}-%m-%d{sep}%H:%M:%S") + (rnd.choice("..,") + frac if frac else "") + zone
        sec = calendar.timegm(d.timetuple()) - minutes * 60
        atto = int((frac + "0" * 18)[:18]) if frac else 0
        utc = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=sec)
        canon = utc.strftime(f"{utc.year:04}-%m-%dT%H:%M:%S")
        short = f"{atto:018}".rstrip("0")
        yield text, sec, atto, canon + ("." + short if short else "") + "Z"


def http_dates():
    """text, seconds: the three forms of RFC 9110."""
    for _ in range(150):
        sec = rnd.randint(0, 4102444799)
        d = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=sec)
        yield formatdate(sec, usegmt=True), sec
        yield d.strftime("%a %b ") + f"{d.day:2}" + d.strftime(" %H:%M:%S %Y"), sec
        if 1970 <= d.year <= 2068:
            yield d.strftime("%A, %d-%b-%y %H:%M:%S GMT"), sec


def number():
    if rnd.random() < 0.1:
        return rnd.choice(["0", "-0", "0.0", "0e5", "-0.00E-9", "1", "-1", "1.0", "1e0", "10e-1", "0.1e1"])
    digits = rnd.choice([1, 2, 5, 20, 40])
    whole = "".join(rnd.choice("0123456789") for _ in range(digits)).lstrip("0") or "0"
    frac = "." + "".join(rnd.choice("0123456789") for _ in range(rnd.choice([1, 3, 25]))) if rnd.random() < 0.5 else ""
    exp = rnd.choice("eE") + rnd.choice(["", "+", "-"]) + str(rnd.choice([0, 1, 2, 7, 30, 400])) if rnd.random() < 0.5 else ""
    return rnd.choice(["", "", "-"]) + whole + frac + exp


def same_value(x):
    """Another spelling of the same number."""
    sign, digits, exp = Decimal(x).as_tuple()
    digits = "".join(map(str, digits))
    shift = rnd.randint(0, 6)
    text = (digits + "0" * shift).lstrip("0") or "0"
    if rnd.random() < 0.5 and len(text) > 1:
        cut = rnd.randint(1, len(text) - 1)
        exp += len(text) - cut
        text = text[:cut] + "." + text[cut:]
    return ("-" if sign else "") + text + rnd.choice("eE") + str(exp - shift)


def numbers():
    """a, b, the order of both."""
    getcontext().prec = 2000
    for i in range(1200):
        a = number()
        b = same_value(a) if i % 3 == 0 else number()
        if i % 3 == 1 and len(a) > 1 and a[-1].isdigit() and "e" not in a.lower():
            b = a[:-1] + rnd.choice("0123456789")
            b = b if b.strip("-") == "0" or not b.strip("-").startswith("0") or "." in b else "7"
        fa, fb = Fraction(a), Fraction(b)
        yield a, b, (fa > fb) - (fa < fb)


def utf8():
    """bytes in hex, the number of good ones (that of the whole text, or where the fault is detected)."""
    pieces = [b"a", b"\x7f", "é".encode(), "€".encode(), "𝄞".encode(), b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf", b"\xed\x9f\xbf",
              b"\xee\x80\x80", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80", b"plain ascii text "]
    wrong = [b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe0\x9f\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
             b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xfe", b"\xff", b"\xc2",
             b"\xe2\x82", b"\xf0\x9d\x84", b"\xe2\x28\xa1", b"\xf0\x28\x8c\xbc", b"\xc3\x28"]
    for i in range(700):
        text = b"".join(rnd.choice(pieces) for _ in range(rnd.randint(0, 6)))
        if i % 2:
            cut = rnd.randint(0, 4)
            text += rnd.choice(wrong) + b"".join(rnd.choice(pieces) for _ in range(cut))
        if i % 5 == 0:
            text = bytes(rnd.randrange(256) for _ in range(rnd.randint(1, 12)))
            text = text.replace(b"\x0b", b"x").replace(b"\x0c", b"y")
        try:
            text.decode("utf-8")
            good = len(text)
        except UnicodeDecodeError as e:
            # Python names the sequence; ours stops at the byte that cannot follow.
            good = e.start if e.reason in ("invalid start byte",) else e.end
            if e.reason == "unexpected end of data":
                good = len(text) - 1
        yield text.hex() or "-", good


table("time.tsv", "text, seconds since 1970, attoseconds, canonical", instants())
table("http-date.tsv", "text, seconds since 1970", http_dates())
table("num-cmp.tsv", "a, b, their order", numbers())
table("utf8.tsv", "bytes in hexadecimal, how many are good", utf8())
