"""Paimon's types as text, random values of them, and Arrow values as canonical JSON.

Canonical JSON is what `cenote read -o ndjson` prints: decimals, dates and times as text, bytes as hex, maps as sorted pairs.
"""
import json
import math
import re

WORDS = ["", "a", "b", "cc", "däß", "漢字", '"q"', "x,y", "it's", "a longer text, cut in statistics", "~", "null", "A\nB"]


def parse(text):
    """`ARRAY<INT NOT NULL>` as ("ARRAY", [("INT", [], [])], []): root, inner types, numbers; ROW holds (name, type) pairs."""
    text = re.sub(r"\s+NOT NULL$", "", text.strip(), flags=re.I)
    inner = re.match(r"(ARRAY|MAP|MULTISET|ROW)\s*<(.*)>$", text, re.I | re.S)
    if inner:
        root, parts = inner[1].upper(), split(inner[2])
        if root == "ROW":
            return root, [(part.split(None, 1)[0], parse(part.split(None, 1)[1])) for part in parts], []
        return root, [parse(part) for part in parts], []
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    root = re.sub(r"\(.*?\)", "", text).upper()
    return re.sub(r"\s+", " ", root).strip(), [], numbers


def split(text):
    """At commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "<(") - (letter in ">)")
        if letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return parts + [text[start:]]


def fraction(random, precision):
    return "" if precision == 0 else "." + "".join(str(random.randrange(10)) for _ in range(precision))


def precision(kind, otherwise):
    return kind[2][0] if kind[2] else otherwise


def value(random, kind):
    """A random canonical value, never null outside, sometimes inside."""
    root, inner, numbers = kind
    if root == "BOOLEAN":
        return random.random() < 0.5
    if root in ("TINYINT", "SMALLINT", "INT", "BIGINT"):
        bits = {"TINYINT": 7, "SMALLINT": 15, "INT": 31, "BIGINT": 63}[root]
        return random.choice([random.randrange(-20, 20), random.randrange(-(1 << bits), 1 << bits), (1 << bits) - 1, -(1 << bits)])
    if root in ("FLOAT", "DOUBLE"):
        return random.choice([random.randrange(-400, 400) / 8, 0.0, -0.0, "NaN", "Infinity", "-Infinity"])
    if root == "DECIMAL":
        digits, scale = numbers
        drawn = str(random.randrange(10 ** random.randrange(1, digits + 1))).rjust(scale + 1, "0")
        sign = "-" if random.random() < 0.5 and set(drawn) != {"0"} else ""
        return sign + (drawn[: len(drawn) - scale] + "." + drawn[len(drawn) - scale :] if scale else drawn)
    if root == "DATE":
        return "%04d-%02d-%02d" % (random.choice([1, 1582, 1969, 1970, 2026, 9999]), random.randrange(1, 13), random.randrange(1, 29))
    if root == "TIME":
        return clock(random) + fraction(random, precision(kind, 0))
    if root.startswith("TIMESTAMP"):
        day = "%04d-%02d-%02dT" % (random.choice([1931, 1969, 1970, 2026]), random.randrange(1, 13), random.randrange(1, 29))
        return day + clock(random) + fraction(random, precision(kind, 6)) + ("Z" if "LOCAL" in root else "")
    if root in ("STRING", "VARCHAR"):
        return random.choice(WORDS)
    if root == "CHAR":
        return "".join(random.choice("abcü") for _ in range(numbers[0]))
    if root in ("BYTES", "VARBINARY", "BINARY"):
        length = numbers[0] if root == "BINARY" else random.randrange(5)
        return "".join("%02x" % random.randrange(256) for _ in range(length))
    return nested(random, root, inner)


def clock(random):
    return "%02d:%02d:%02d" % (random.randrange(24), random.randrange(60), random.randrange(60))


def nested(random, root, inner):
    def maybe(kind):
        return None if random.random() < 0.2 else value(random, kind)

    if root == "ARRAY":
        return [maybe(inner[0]) for _ in range(random.randrange(4))]
    if root == "ROW":
        return {name: maybe(kind) for name, kind in inner}
    keys = {json.dumps(key, ensure_ascii=False): key for key in (value(random, inner[0]) for _ in range(random.randrange(4)))}
    count = (lambda: random.randrange(1, 4)) if root == "MULTISET" else (lambda: maybe(inner[1]))
    return [[keys[text], count()] for text in sorted(keys)]


def canonical(found, kind):
    """What Arrow's Python values say, as canonical JSON."""
    root, inner, numbers = kind
    if found is None:
        return None
    if root in ("FLOAT", "DOUBLE"):
        return found if math.isfinite(found) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(found), "NaN")
    if root == "DECIMAL":
        return format(found, ".%df" % numbers[1])
    if root == "DATE":
        return found.isoformat()
    if root == "TIME":
        return time(found, precision(kind, 0))
    if root.startswith("TIMESTAMP"):
        digits = precision(kind, 6)
        nanos = getattr(found, "nanosecond", 0)
        text = found.strftime("T%H:%M:%S") + (".%06d%03d" % (found.microsecond, nanos))[: digits + 1 if digits else 0]
        return "%04d-%02d-%02d" % (found.year, found.month, found.day) + text + ("Z" if "LOCAL" in root else "")
    if root in ("BYTES", "VARBINARY", "BINARY"):
        return found.hex()
    if root == "ARRAY":
        return [canonical(element, inner[0]) for element in found]
    if root == "ROW":
        return {name: canonical(found[name], kind) for name, kind in inner}
    if root in ("MAP", "MULTISET"):
        element = inner[1] if root == "MAP" else ("INT", [], [])
        pairs = [[canonical(key, inner[0]), canonical(one, element)] for key, one in (found.items() if isinstance(found, dict) else found)]
        return sorted(pairs, key=lambda pair: json.dumps(pair[0], ensure_ascii=False))
    return found


def time(found, digits):
    return found.strftime("%H:%M:%S") + (".%06d000" % found.microsecond)[: digits + 1 if digits else 0]
