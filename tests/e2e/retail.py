"""A small wholesaler in the form of Online Retail II: repeated rows, cancellations, postage, lines of nobody."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HEAD = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
FIRST, LAST = dt.date(2009, 12, 1), dt.date(2011, 12, 9)
KINDS = {"reseller": (0.12, 9, 40), "regular": (0.4, 40, 8), "rare": (0.28, 160, 5), "lapsing": (0.2, 25, 10)}
"""Share of the customers, days between two visits, pieces of a line."""
REPEATED, POSTAGE, NOBODY = 40, 60, 200


def answers(folder: Path, people: int = 320) -> Path:
    """Write the file and the answers that put it in the place of the sample; return the path of the answers."""
    source = folder / "retail.csv"
    rows = list(lines(people))
    with source.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *rows, *rows[:REPEATED]])
    said = {"sources": {"online_retail": {"path": str(source), "sample": None}}}
    path = folder / "answers.yml"
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    return path


def lines(people: int, seed: int = 11) -> Iterator[list[Any]]:
    """Yield the rows; the first REPEATED are sales."""
    chance = random.Random(seed)
    number = 100_000
    for person in range(people):
        kind = chance.choices(list(KINDS), [one[0] for one in KINDS.values()])[0]
        _, every, pieces = KINDS[kind]
        day = FIRST + dt.timedelta(days=chance.randrange(200))
        end = LAST if kind != "lapsing" else FIRST + dt.timedelta(days=chance.randrange(250, 650))
        while day <= end:
            number += 1
            yield from _invoice(chance, number, day, f"{12_000 + person}.0", pieces)
            day += dt.timedelta(days=max(1, round(chance.expovariate(1 / every))))
    for _ in range(POSTAGE):
        yield [number, "POST", "POSTAGE", 1, "3/1/2011 9:00", chance.randrange(5, 30), "12000.0", "France"]
    for place in range(NOBODY):
        yield [number + place, "22423", "CAKESTAND", 1, "4/1/2011 10:00", 12.75, "", "United Kingdom"]


def _invoice(chance: random.Random, number: int, day: dt.date, who: str, pieces: int) -> Iterator[list[Any]]:
    at = f"{day.month}/{day.day}/{day.year} {chance.randrange(8, 18)}:{chance.randrange(10, 60)}"
    where = "United Kingdom" if int(float(who)) % 9 else "Germany"
    for code in chance.sample(range(40), chance.randrange(2, 5)):
        quantity = 1 + round(pieces * chance.lognormvariate(0, 0.4))
        product = [f"{20_000 + code}{'A' if code % 3 else ''}", f"THING {code}"]
        price = round(1 + code / 8, 2)
        yield [number, *product, quantity, at, price, who, where]
        if chance.random() < 0.02:
            later = day + dt.timedelta(days=chance.randrange(0, 20))
            if later <= LAST:
                yield [
                    f"C{number}",
                    *product,
                    -quantity,
                    f"{later.month}/{later.day}/{later.year} 19:00",
                    price,
                    who,
                    where,
                ]
