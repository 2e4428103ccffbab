"""Numbers as Python's format() writes them. Writes format.json beside this file.

    python3 test/golden/python/format.py
"""

import json
from pathlib import Path

wholes = [0, 1, 7, 12, 345, -3]
numbers = [
    0.0, -0.0, 1.0, 0.5, 1.5, 2.25, 2.5, 3.5, 0.125, 0.375, -2.25, 12.345, 123.0, 123.456, 1234567.0, 0.1, 0.98765,
    0.0001, 0.00001234, 1e-7, 9.9996, 99.95, 999999.5, 1e15, 1e16, 1.5e21, 3.4e38, 1e-10, 1.0000001,
    float("inf"), float("-inf"), float("nan"),
]
for_wholes = ["", "d", "03d", "5d", ">4d", "<4d", "+d", " d", "x<6d", "^7d", "*>5", "05", ".2f", "8.3f", ".1e", "g", ".0%"]
for_numbers = [
    "", ".2f", "f", "8.3f", "08.3f", "+.1f", "-.1f", " .2f", ".0f", "F", ".2e", "e", "E", ".0e", "12.3e", "g", ".3g",
    "G", "010.4g", ".0g", ".1%", "%", ".0%", "7.1%", ".3", ".1", "6", "06", "12.4", "=+8.2f", "*^12.2e", "<9.1f",
]

cases = [[spec, value, format(value, spec)] for spec in for_wholes for value in wholes]
cases += [[spec, repr(value), format(value, spec)] for spec in for_numbers for value in numbers]
path = Path(__file__).with_name("format.json")
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
