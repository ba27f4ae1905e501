"""Hashes of the keys in java.tsv by Python's own zlib and by mmh3: README.md says how to run it."""

import sys
import zlib

import mmh3

print("key_hex\tcrc32\tmurmur3")
for line in open(sys.argv[1], encoding="ascii").read().splitlines()[1:]:
    key = bytes.fromhex(line.split("\t")[0])
    print(key.hex(), zlib.crc32(key), mmh3.hash(key, signed=False), sep="\t")
