# SPDX-License-Identifier: Apache-2.0
"""The reference evaluator's patterns and conditions (4.3-4.5, 5): see reference.py."""
import base64
import binascii
import datetime
import decimal
import ipaddress
import json
import re

STAR, ONE = object(), object()  # wildcards; every other element of a pattern is one character


def as_list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def scalar(value):
    return json.dumps(value) if isinstance(value, (bool, int, float)) else value


# --- Patterns: 4.3, 4.4, 4.5 ---------------------------------------------------------------------

VARIABLE = re.compile(r"\$\{(?:(?P<literal>[*?$])|(?P<key>[^},]+?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?)\}")


def pattern(text, context, wildcards, variables):
    """A list of characters and wildcards; None when a variable has neither value nor default."""
    out, at = [], 0
    while at < len(text):
        found = VARIABLE.match(text, at) if variables else None
        if found:
            at = found.end()
            if found["literal"]:
                out.append(found["literal"])
                continue
            value = context.single(found["key"].strip())
            if value is None:
                value = found["default"]
            if value is None:
                return None
            out += value
        else:
            char = text[at]
            out.append(STAR if wildcards and char == "*" else ONE if wildcards and char == "?" else char)
            at += 1
    return out


def matches(pat, text):
    """Row by row over the characters of text: reach[j] tells whether pat[:j] matches what was read."""
    reach = [True] + [False] * len(pat)
    for j, item in enumerate(pat):
        reach[j + 1] = reach[j] and item is STAR
    for char in text:
        after = [False] * (len(pat) + 1)
        for j, item in enumerate(pat):
            if item is STAR:
                after[j + 1] = after[j] or reach[j + 1]
            else:
                after[j + 1] = reach[j] and (item is ONE or item == char)
        reach = after
    return reach[-1]


def split_pattern(pat, parts):
    out = [[]]
    for item in pat:
        if item == ":" and len(out) < parts:
            out.append([])
        else:
            out[-1].append(item)
    return out if len(out) == parts else None


def arn_matches(pat, value):
    """5.7: part by part."""
    parts, values = split_pattern(pat, 6), value.split(":", 5)
    return bool(parts) and len(values) == 6 and all(matches(p, v) for p, v in zip(parts, values))


def resource_matches(text, resource, context, variables):
    if text == "*":
        return True
    values, parts = resource.split(":", 5), text.split(":", 5)
    if len(values) < 6:
        whole = pattern(text, context, True, variables)
        return resource != "*" and len(parts) < 6 and whole is not None and matches(whole, resource)
    if len(parts) < 6:
        return False
    pats = [pattern(p, context, True, variables and i == 5) for i, p in enumerate(parts)]
    return None not in pats and all(matches(p, v) for p, v in zip(pats, values))


def action_matches(text, action):
    return matches(pattern(text.lower(), None, True, False), action.lower())


# --- Conditions: 5 --------------------------------------------------------------------------------

class Context:
    def __init__(self, entries):
        self.keys = {}
        for entry in as_list(entries):
            values = [scalar(v) for v in as_list(entry.get("ContextKeyValues"))]
            multi = entry.get("ContextKeyType", "").endswith("List") or len(values) > 1
            self.keys[entry["ContextKeyName"].lower()] = (values, multi)

    def get(self, name):
        """(values, multivalued), or None when absent or without a value."""
        found = self.keys.get(name.lower())
        return found if found and found[0] else None

    def single(self, name):
        found = self.get(name)
        return found[0][0] if found and not found[1] else None


def number(text):
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text.strip(), re.ASCII):
        return None
    with decimal.localcontext() as unlimited:
        unlimited.prec = 2000
        return decimal.Decimal(text.strip())


ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
                 r"(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?", re.ASCII)


def date(text):
    """Seconds since the epoch, exactly."""
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text, re.ASCII):
        return decimal.Decimal(text)
    found = ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, sign, off_hour, off_minute = found.groups()
    try:
        at = datetime.datetime(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0))
    except ValueError:
        return None
    seconds = (at - datetime.datetime(1970, 1, 1)) // datetime.timedelta(seconds=1) + int(second or 0)
    offset = int(off_hour or 0) * 3600 + int(off_minute or 0) * 60
    seconds -= -offset if sign == "-" else offset
    return decimal.Decimal(seconds) + decimal.Decimal("0." + (fraction or "0"))


def truth(text):
    return {"true": True, "false": False}.get(text.lower())


def octets(text):
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def in_network(value, address):
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(value, strict=False)
    except (ValueError, TypeError):
        return False


def compared(read, test):
    def match(listed, asked, context, variables):
        a, b = read(asked), read(listed)
        return a is not None and b is not None and test(a, b)
    return match


def string(wildcards, fold):
    def match(listed, asked, context, variables):
        pat = pattern(listed, context, wildcards, variables)
        if pat is None:
            return False
        if fold:
            pat, asked = [c.lower() for c in pat], asked.lower()
        return matches(pat, asked)
    return match


def arn(listed, asked, context, variables):
    pat = pattern(listed, context, True, variables)
    return pat is not None and arn_matches(pat, asked)


ORDERS = {"Equals": lambda a, b: a == b, "LessThan": lambda a, b: a < b,
          "LessThanEquals": lambda a, b: a <= b, "GreaterThan": lambda a, b: a > b,
          "GreaterThanEquals": lambda a, b: a >= b}
# name -> (matcher, negated)
OPERATORS = {
    "StringEquals": (string(False, False), False), "StringNotEquals": (string(False, False), True),
    "StringEqualsIgnoreCase": (string(False, True), False),
    "StringNotEqualsIgnoreCase": (string(False, True), True),
    "StringLike": (string(True, False), False), "StringNotLike": (string(True, False), True),
    "ArnEquals": (arn, False), "ArnLike": (arn, False),
    "ArnNotEquals": (arn, True), "ArnNotLike": (arn, True),
    "Bool": (compared(truth, ORDERS["Equals"]), False),
    "BinaryEquals": (compared(octets, ORDERS["Equals"]), False),
    "IpAddress": (lambda listed, asked, *_: in_network(listed, asked), False),
    "NotIpAddress": (lambda listed, asked, *_: in_network(listed, asked), True),
    "NumericNotEquals": (compared(number, ORDERS["Equals"]), True),
    "DateNotEquals": (compared(date, ORDERS["Equals"]), True),
}
for order, test in ORDERS.items():
    OPERATORS["Numeric" + order] = (compared(number, test), False)
    OPERATORS["Date" + order] = (compared(date, test), False)


def condition_holds(operator, key, listed, context, variables):
    prefix, _, name = operator.rpartition(":")
    optional = name.endswith("IfExists")
    name = name[:-len("IfExists")] if optional else name
    found = context.get(key)
    listed = [scalar(v) for v in as_list(listed)]
    if name == "Null" and not optional:
        return any(truth(v) == (found is None) for v in listed)  # 5.2
    if name not in OPERATORS or prefix not in ("", "ForAllValues", "ForAnyValue"):
        return False
    match, negated = OPERATORS[name]
    if found is None:
        return optional or prefix == "ForAllValues" or (negated and prefix == "")  # 5.2, 5.8

    def passes(value):
        return any(match(v, value, context, variables) for v in listed) != negated  # 5.1

    values, multi = found
    if prefix == "ForAllValues":
        return not any(values) or all(passes(v) for v in values)
    if prefix == "ForAnyValue":
        return any(passes(v) for v in values)
    return not multi and passes(values[0])
