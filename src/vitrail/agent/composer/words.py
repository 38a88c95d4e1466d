"""Words: how a prompt or a label is cut, reduced to stems and folded into shared meanings.

A *concept* is a small set of words that analysts use for one another; it is named by its first word. Everything here
is data and pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

_TOKEN = re.compile(r"#|\d+(?:[.,]\d{3})*(?:\.\d+)?%?|[^\W\d_]+(?:['’][^\W\d_]+)?|[,;:.!?\n()/&+>=<–—-]+", re.UNICODE)


def word_set(text: str) -> frozenset[str]:
    """A set of words, written as text."""
    return frozenset(text.split())


CONCEPTS: tuple[tuple[str, ...], ...] = (
    ("revenue", "sales", "turnover", "takings", "gmv", "proceeds", "income"),
    ("customer", "client", "buyer", "shopper", "patron"),
    ("order", "purchase", "transaction", "checkout"),
    ("product", "sku", "article", "good", "merchandise"),
    ("store", "shop", "outlet", "branch", "location"),
    ("profit", "margin", "earnings"),
    ("cost", "expense", "cogs", "expenditure"),
    ("channel", "medium"),
    ("category", "categories", "department"),
    ("type", "kind", "class"),
    ("region", "area", "territory", "geography"),
    ("country", "nation"),
    ("city", "town"),
    ("ticket", "case", "issue", "incident"),
    ("agent", "assignee", "rep", "representative"),
    ("subscription", "membership", "contract"),
    ("plan", "tier", "package"),
    ("churn", "attrition", "churned"),
    ("quantity", "unit", "qty", "piece"),
    ("price", "pricing"),
    ("employee", "staff", "worker"),
    ("supplier", "vendor"),
    ("signup", "registration", "signed", "registered", "joined", "enrolment", "enrollment"),
    ("visit", "session"),
    ("priority", "urgency", "severity"),
    ("rating", "score", "satisfaction", "csat", "nps"),
    ("duration", "time", "length"),
    ("refund", "return", "chargeback"),
    ("delivery", "shipping", "shipment", "fulfilment", "fulfillment"),
    ("discount", "rebate", "promo", "promotion", "coupon"),
    ("account", "company", "organization", "organisation", "business", "tenant"),
    ("user", "person", "people", "member"),
    ("lifetime", "ltv", "clv"),
    ("segment", "cohort", "group"),
    ("status", "state", "stage"),
    ("budget", "spend", "spending"),
    ("invoice", "bill"),
    ("lead", "prospect", "opportunity"),
    ("patient", "case"),
    ("device", "platform"),
    ("first", "initial"),
    ("km", "kilometre", "kilometer", "mileage"),
    ("litre", "liter"),
    ("usage", "used", "consumption", "consumed"),
    ("response", "reply", "answer"),
    ("resolution", "resolve", "solve"),
    ("average", "avg", "mean", "typical"),
    ("count", "number", "#", "volume"),
)

RELATED: dict[str, tuple[str, ...]] = {
    "customer": ("account", "user", "member", "subscriber", "patient", "guest"),
    "account": ("customer",),
    "user": ("customer", "account"),
    "product": ("item", "service"),
    "order": ("sale", "booking", "deal"),
    "revenue": ("amount", "billing", "booking"),
    "employee": ("agent", "user"),
    "store": ("site", "office", "restaurant"),
}
"""What a word may mean in a project that does not have it, the likeliest first."""

ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "aov": ("average", "order", "value"),
    "asp": ("average", "selling", "price"),
    "mrr": ("monthly", "recurring", "revenue"),
    "arr": ("annual", "recurring", "revenue"),
    "arpu": ("average", "revenue", "per", "user"),
    "arpa": ("average", "revenue", "per", "account"),
    "ltv": ("lifetime", "value"),
    "clv": ("customer", "lifetime", "value"),
    "frt": ("first", "response", "time"),
    "ttr": ("time", "to", "resolution"),
    "gm": ("gross", "margin"),
    "cac": ("customer", "acquisition", "cost"),
}

FILLERS = word_set(
    """
    a an the of for to in on at with and or by per is are be was were it its this that these those as from into
    our my we us i me you your they their them he she his her do does did doing done have has had having how what
    which who whom whose when where why please can could would should will shall may might must want wants need
    needs like love show shows showing shown see give gives get gets let lets build builds create creates make
    makes made display displays visualize visualise plot draw present presents include includes including contain
    contains containing add put place use using dashboard app application page view report web site data chart
    charts graph graphs plots visual visualization visualisation some any all each every also too just so very
    really quick simple nice good clean pretty beautiful interactive there here about across within between among
    through via not no if then than but one ones thing things help helps helping understand understanding look
    looks looking looked able analyse analyze analysis analytics insight insights information info figures figure
    metrics metric kpi kpis values value's given over time currently current now available allow allows allowing
    let's i'd i'm we're what's who's it's don't want's month's year's team manager management executive ceo boss
    board meeting based level levels different various respective respectively break down broken breakdown split
    grouped group together side overall total totals sum much many most more less few top best worst bottom
    highest lowest largest smallest biggest performance performing business happens happening going bring brings
    brought come comes came track tracks tracking monitor monitoring tell tells know find finds explore exploring
    viewer viewers users' someone everyone everything anything something always never only seeing focus focused
    focusing highlight highlighting compare compared comparing useful helpful important relevant main key core
    overview summary detail details detailed full complete entire whole single separate another other others
    numbers number picture story section sections row rows column columns next below above left right header
    headline cards card tile tiles widget widgets panel panels screen where're way ways sort sorted sorting ranked
    rank ranking descending ascending desc asc default defaults option options choose choosing choice pick picking
    select selecting selectable easily easy ok okay thanks thank hello hi hey maybe perhaps possibly ideally
    preferably basically actually generally roughly start starting happened changed change changes changing
    develop developed developing grew grow growing evolve evolved evolving generated generate generates well sell
    sells selling non theirs perform performs performed against limit limited restrict restricted narrow keep zoom
    move undo revert exclude
    beneath underneath manager
    """
)
"""Words that say nothing about a field by themselves; never reported as not understood."""

LABEL_FILLERS = word_set(
    """
    the of a an per in for is at on up total sum amount name title label id no number count
    """
)
"""Words of a label that a prompt may leave out at little cost."""

NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "dozen": 12}

_IRREGULAR = {
    "people": "person",
    "kpis": "kpi",
    "countries": "country",
    "cities": "city",
    "categories": "category",
    "statuses": "status",
    "status": "status",
    "sales": "sales",
    "gross": "gross",
    "class": "class",
    "business": "business",
    "address": "address",
    "earnings": "earnings",
    "returns": "return",
    "bought": "purchase",
    "men": "man",
    "women": "woman",
}


def fold(text: str) -> str:
    """Lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


@cache
def stem(word: str) -> str:
    """The word without its plural. Deliberately light: a wrong stem costs more than a missed one."""
    word = fold(word).removesuffix("'s").removesuffix("’s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3:
        return word
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("zes", "z")):
        if word.endswith(ending):
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@cache
def _concepts() -> dict[str, str]:
    meanings: dict[str, str] = {}
    for group in CONCEPTS:
        for word in group:
            meanings.setdefault(stem(word), stem(group[0]))
    return meanings


def concept(stemmed: str) -> str:
    """The shared meaning of a stem; itself when it has no synonyms."""
    return _concepts().get(stemmed, stemmed)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a prompt. `kind` is `word`, `number` or `mark`; `start` and `end` are places in the prompt."""

    text: str
    kind: str
    stem: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return fold(self.text)

    @property
    def number(self) -> int | None:
        if self.kind == "number":
            try:
                return int(float(self.text.rstrip("%").replace(",", "")))
            except ValueError:
                return None
        return NUMBERS.get(self.low)


def tokens(text: str) -> list[Token]:
    found = []
    for match in _TOKEN.finditer(text):
        piece = match.group()
        if piece == "#":
            kind = "word"
        elif piece[0].isdigit():
            kind = "number"
        elif piece[0].isalpha():
            kind = "word"
        else:
            kind = "mark"
        found.append(Token(piece, kind, stem(piece) if kind == "word" else piece, match.start(), match.end()))
    return found


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def label_stems(text: str | None) -> list[str]:
    """The stems of a label, a field name (`snake_case`, `camelCase`) or a description."""
    if not text:
        return []
    spaced = _CAMEL.sub(" ", text).replace("_", " ")
    return [stem(piece) for piece in re.findall(r"#|[^\W_]+(?:['’][^\W_]+)?", spaced) if piece]


def is_filler(word: str) -> bool:
    return fold(word) in FILLERS
