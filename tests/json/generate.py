#!/usr/bin/env python3
"""Writes tests/json/accept and tests/json/reject: one small file a case, named after what is odd in it.

They are kept in the tree, so that the tests need no Python. usage: tests/json/generate.py
"""
import os

here = os.path.dirname(os.path.abspath(__file__))

accept = {
    # numbers
    "number-zero": "0", "number-minus-zero": "-0", "number-one-digit": "7", "number-many-digits": "1" * 400,
    "number-30-digit-record": '{"id":100000000000000000000000000001}', "number-fraction": "1.10",
    "number-fraction-zeros": "0.000", "number-exponent": "1e5", "number-exponent-capital": "1E5",
    "number-exponent-plus": "1e+5", "number-exponent-minus": "1e-5", "number-exponent-huge": "1E400",
    "number-exponent-zeros": "1e0005", "number-all-parts": "-12.50E-03", "number-before-bracket": "[1]",
    "number-before-comma": "[1,2]", "number-before-brace": '{"a":1}', "number-zero-exponent": "0e0",
    "number-at-end-newline": "12\n",
    # literals and structure
    "literal-null": "null", "literal-true": "true", "literal-false": "false", "empty-object": "{}",
    "empty-array": "[]", "empty-string": '""', "empty-key": '{"":0}', "array-mixed": '[null,true,false,0,"",[],{}]',
    "object-nested": '{"a":{"b":{"c":[{"d":null}]}}}', "array-of-arrays": "[[[[]],[]],[]]",
    "duplicate-key": '{"a":1,"a":2}', "duplicate-key-escaped": '{"a":1,"\\u0061":2}',
    "key-looks-like-mark": '{"_nq":"end"}', "one-empty-object-in-array": "[{}]",
    # white space
    "space-everywhere": ' \t\r\n{ "a" : [ 1 , 2 ] ,\n\t"b" : { } } \r\n', "space-before": "   1", "space-after": "1   ",
    "space-in-empty": "[ ]", "space-in-empty-object": "{\n}", "space-crlf": '{"a":1}\r\n', "space-around-string": ' "a" ',
    # strings and escapes
    "string-plain": '"abc"', "string-all-escapes": '"\\"\\\\\\/\\b\\f\\n\\r\\t"', "string-slash-plain": '"a/b"',
    "string-unicode-escape": '"\\u00e9"', "string-unicode-capital": '"\\u00E9"', "string-escaped-nul": '"a\\u0000b"',
    "string-escaped-control": '"\\u001f"', "string-pair": '"\\ud83d\\ude00"', "string-lone-high": '"\\ud800"',
    "string-lone-low": '"\\udc00"', "string-swapped-pair": '"\\ude00\\ud83d"', "string-two-high": '"\\ud800\\ud800"',
    "string-high-then-char": '"\\ud800x"', "string-escaped-quote-last": '"a\\""', "string-escaped-backslash-last": '"a\\\\"',
    "string-many-backslashes": '"\\\\\\\\\\\\\\""', "string-del": '"\x7f"', "string-long": '"' + "x" * 9000 + '"',
    "string-long-escaped": '"' + "\\n" * 5000 + '"', "string-like-json": '"{\\"a\\":[1]}"', "string-brackets": '"]}[{,:"',
    "string-comment-inside": '"/* no */ // no"', "key-escaped": '{"\\"k\\\\":1}', "key-unicode": '{"\u00e9\U0001d11e":1}',
    "string-8-bytes-then-escape": '"12345678\\t"', "escaped-bom": '"\\ufeff"', "noncharacter-escaped": '"\\uffff"',
    # UTF-8
    "utf8-two": '"\u0080\u07ff"', "utf8-three": '"\u0800\uffff"', "utf8-four": '"\U00010000\U0010ffff"',
    "utf8-around-surrogates": '"\ud7ff\ue000"', "utf8-line-separators": '"\u2028\u2029"', "utf8-bom-inside": '"\ufeff"',
    "utf8-at-word-edge": '"1234567\u20ac1234567\u20ac"',
    # depth
    "depth-127": "[" * 127 + "]" * 127, "depth-128": "[" * 128 + "]" * 128,
    "depth-128-objects": '{"a":' * 127 + "{}" + "}" * 127, "depth-in-width": "[" + ",".join(["[[]]"] * 300) + "]",
}

reject = {
    # numbers
    "number-leading-zero": "01", "number-leading-zero-in-array": "[01]", "number-minus-leading-zero": "[-01]",
    "number-plus": "+1", "number-minus": "-", "number-minus-in-array": "[-]", "number-point-first": "[.5]",
    "number-point-last": "[1.]", "number-point-exponent": "[1.e5]", "number-exponent-empty": "[1e]",
    "number-exponent-sign-only": "[1e+]", "number-two-points": "[1.2.3]", "number-hexadecimal": "[0x10]",
    "number-nan": "[NaN]", "number-infinity": "[Infinity]", "number-minus-infinity": "[-Infinity]",
    "number-space-inside": "[1 2]", "number-comma-decimal": "{\"a\":1,5}", "number-underscore": "[1_000]",
    "number-letters-after": "[1a]", "number-double-minus": "[--1]", "number-fullwidth": "[\uff11]",
    "number-exponent-fraction": "[1e2.5]",
    # literals
    "literal-capital": "[True]", "literal-cut": "[tru]", "literal-long": "[nullx]", "literal-undefined": "[undefined]",
    "literal-single-quotes": "['a']", "literal-bare-key": "{a:1}", "literal-two": "true false",
    # structure
    "empty": "", "only-space": " \t\r\n ", "trailing-comma-array": "[1,]", "trailing-comma-object": '{"a":1,}',
    "leading-comma": "[,1]", "double-comma": "[1,,2]", "only-comma": "[,]", "missing-comma": '{"a":1 "b":2}',
    "missing-colon": '{"a" 1}', "double-colon": '{"a"::1}', "missing-value": '{"a":}', "missing-key": "{:1}",
    "number-key": "{1:1}", "null-key": "{null:1}", "mismatched": "[1}", "mismatched-object": '{"a":1]',
    "array-colon": '["a":1]', "object-no-colon": '{"a","b"}', "close-only": "]", "close-brace-only": "}",
    "close-twice": "[]]", "close-twice-object": "{}}", "two-values": "{}{}", "two-values-newline": '{"a":1}\n{"a":2}',
    "two-numbers": "1 2", "two-strings": '"a""b"', "value-comma": "1,", "junk-after": '{"a":1}x', "junk-before": 'x{"a":1}',
    "comment-block": "[1/* c */]", "comment-line": "[1]// c", "comment-hash": "[1]# c", "nul-after": "[1]\0",
    "nul-before": "\0[1]", "nul-between": "[1,\x002]", "star": "*", "html": "<html><body>502</body></html>",
    # truncation
    "cut-object": '{"a":1', "cut-after-colon": '{"a":', "cut-in-key": '{"a', "cut-after-key": '{"a"', "cut-array": "[1,2",
    "cut-after-comma": "[1,", "cut-in-string": '["abc', "cut-in-escape": '["a\\', "cut-in-unicode": '["\\u00', "cut-open": "{",
    "cut-deep": "[" * 60, "cut-after-escape": '["\\n', "cut-in-literal": "nul", "cut-string-alone": '"abc',
    "cut-string-behind-value": '{"a":1} "abc', "cut-string-behind-brace": '{}"', "cut-escape-behind-value": '{}"a\\',
    # strings
    "string-raw-newline": '["a\nb"]', "string-raw-tab": '["a\tb"]', "string-raw-nul": '["a\0b"]', "string-raw-1f": '["\x1f"]',
    "string-raw-cr": '["\r"]', "string-escape-x": '["\\x41"]', "string-escape-capital-u": '["\\U0041"]',
    "string-escape-digit": '["\\0"]', "string-escape-quote": "[\"\\'\"]", "string-escape-space": '["\\ "]',
    "string-unicode-short": '["\\u12"]', "string-unicode-letters": '["\\u12G4"]', "string-unicode-minus": '["\\u-123"]',
    "string-unicode-space": '["\\u 123"]', "string-escape-utf8": '["\\\u00e9"]', "string-pair-cut": '["\\ud83d\\u"]',
    # white space that is none
    "space-form-feed": "[\f1]", "space-vertical-tab": "[\v1]", "space-form-feed-after": "[1]\f", "space-nbsp": "[\u00a01]",
    "space-line-separator": "[\u20281]", "space-bom": "\ufeff{}", "space-zero-width": "\u200b{}", "string-form-feed": '["\f"]',
    # depth
    "depth-129": "[" * 129 + "]" * 129, "depth-129-objects": '{"a":' * 128 + "{}" + "}" * 128,
    # UTF-8
    "utf8-continuation": b'["\x80"]', "utf8-overlong-slash": b'["\xc0\xaf"]', "utf8-overlong-nul": b'["\xc0\x80"]',
    "utf8-overlong-3": b'["\xe0\x80\xaf"]', "utf8-overlong-4": b'["\xf0\x80\x80\xaf"]', "utf8-surrogate": b'["\xed\xa0\x80"]',
    "utf8-surrogate-pair": b'["\xed\xa0\xbd\xed\xb8\x80"]', "utf8-above-10ffff": b'["\xf4\x90\x80\x80"]',
    "utf8-five-bytes": b'["\xf8\x88\x80\x80\x80"]', "utf8-fe": b'["\xfe"]', "utf8-ff": b'["\xff"]', "utf8-cut": b'["\xe2\x82"]',
    "utf8-cut-at-end": b'["\xe2\x82', "utf8-latin1": b'["caf\xe9"]', "utf8-in-key": b'{"\xff":1}', "utf8-outside": b"[\xe9]",
    "utf16-le": "[]".encode("utf-16-le"), "utf16-bom": "[]".encode("utf-16"), "utf8-eighth-byte": b'["1234567\x80"]',
}


def write(folder, cases):
    path = os.path.join(here, folder)
    os.makedirs(path, exist_ok=True)
    for name in os.listdir(path):
        os.remove(os.path.join(path, name))
    for name, text in cases.items():
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        with open(os.path.join(path, name + ".json"), "wb") as f:
            f.write(data)
    print(folder, len(cases))


write("accept", accept)
write("reject", reject)
