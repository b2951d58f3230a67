"""examples/acme/suppliers.map, for Python: lines of JSON in, lines of JSON out."""
import json
import sys


def supplier(r):
    a = r.get("address")
    return {
        "supplier_number": r["number"],
        "supplier_name": r["name"].strip(),
        "is_active": r["active"] if r.get("active") is not None else True,
        "supplier_location": [{
            "location_code": "MAIN",
            "location_name": "Headquarters",
            "is_active": True,
            "supplier_address": [{
                "street": a.get("street") or "",
                "city": a.get("city") or "",
                "country_code": (a.get("country") or "XX").upper(),
            }],
        }] if a else [],
    }


def main():
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    write = sys.stdout.write
    for line in sys.stdin:
        record = json.loads(line)
        if record.get("test_account") is not True:
            write(encode(supplier(record)) + "\n")


if __name__ == "__main__":
    main()
