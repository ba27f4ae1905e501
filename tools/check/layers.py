#!/usr/bin/env python3
"""Fails on an include that the table of layers does not allow.

The table is the DEPENDS lines in src/CMakeLists.txt. Besides: a library's header is included in
one part only, headers that include one stay inside their part, fakes are included by tests alone,
and base stands alone.
"""

import pathlib
import re
import sys

SRC = pathlib.Path(__file__).resolve().parent.parent.parent / "src"

# Library headers and the only part that may include them.
OWNERS = {
    "librdkafka/": {"kafka"},
    "curl/": {"http"},
    "openssl/": {"http", "kafka", "protocol", "listener", "credentials"},
    "CLI/": {"cli"},
    "nlohmann/": {"base", "sizing", "inventory", "config", "fleet", "listener", "app", "credentials",
                  "metrics", "registry", "http", "keys"},
    "boost/": {"sample", "keys", "protocol", "fleet", "listener"},
    "zlib.h": {"protocol"},
    "snappy": {"protocol"},
    "lz4": {"protocol"},
    "zstd": {"protocol"},
    "xxhash": {"keys"},
    "toml++/": {"config"},
    "httplib.h": {"listener"},
    "gtest/": set(),
    "rapidcheck": set(),
}


# Names of a library's types, without what they are: headers may show these to other parts.
FORWARD = {"nlohmann/json_fwd.hpp"}


def table():
    text = (SRC / "CMakeLists.txt").read_text()
    parts = {}
    for name, depends in re.findall(r"^partwise_part\((\w+)\s+DEPENDS([^)]*)\)", text, re.M):
        parts[name] = set(depends.split())
        below = parts[name] - set(parts)
        if below:
            sys.exit(f"src/CMakeLists.txt: {name} depends on {below}, which are not below it")
    return parts


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if match:
            yield number, match[1] == '"', match[2]


def private_headers(parts):
    """Headers that show a library to whoever includes them."""
    found = set()
    for part in parts:
        for path in (SRC / part).glob("*.h"):
            if any(not own and name not in FORWARD and any(name.startswith(lib) for lib in OWNERS)
                   for _, own, name in includes(path)):
                found.add(f"{part}/{path.name}")
    # A header that includes a private one is private, too.
    grown = True
    while grown:
        grown = False
        for part in parts:
            for path in (SRC / part).glob("*.h"):
                name = f"{part}/{path.name}"
                if name not in found and any(own and other in found for _, own, other in includes(path)):
                    found.add(name)
                    grown = True
    return found


def main():
    parts = table()
    private = private_headers(parts)
    wrong = []
    for folder in sorted(SRC.iterdir()):
        if folder.is_dir() and folder.name not in parts:
            wrong.append(f"{folder}: not in the table of layers")
    for part, depends in parts.items():
        for path in sorted((SRC / part).iterdir()):
            test = path.name.endswith(("_test.cc", "_fake.h"))
            for number, own, name in includes(path):
                where = f"src/{part}/{path.name}:{number}"
                if own:
                    other = name.split("/")[0]
                    if other != part and other not in depends:
                        wrong.append(f"{where}: {part} may not include {name}")
                    elif other != part and name in private:
                        wrong.append(f"{where}: {name} shows a library's header and stays inside {other}")
                    if name.endswith("_fake.h") and not test:
                        wrong.append(f"{where}: {name} is for tests")
                    continue
                for library, owners in OWNERS.items():
                    if name.startswith(library) and part not in owners and not test:
                        wrong.append(f"{where}: <{name}> belongs to {', '.join(owners) or 'tests'}")
    for line in wrong:
        print(line)
    if not wrong:
        print(f"layers: {len(parts)} parts, every include is allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
