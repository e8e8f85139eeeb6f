"""The words demo companies are made of: countries with their towns and legal forms, name parts, and awkward names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A country as addresses and company names know it."""

    country: str
    domain: str
    dialling: str
    forms: tuple[str, ...]
    towns: tuple[tuple[str, str, str], ...]  # town, state, postal code


PLACES = (
    Place("Germany", "de", "+49 30", ("GmbH", "AG", "KG"), (("Berlin", "Berlin", "10115"), ("Köln", "NRW", "50667"))),
    Place("France", "fr", "+33 1", ("SA", "SARL"), (("Paris", "Île-de-France", "75002"), ("Lyon", "Rhône", "69002"))),
    Place("United Kingdom", "co.uk", "+44 20", ("Ltd", "plc"), (("London", "", "EC2A 4NE"), ("Leeds", "", "LS1 4AP"))),
    Place("United States", "com", "+1 312", ("Inc.", "LLC"), (("Chicago", "IL", "60601"), ("Austin", "TX", "78701"))),
    Place("Italy", "it", "+39 02", ("S.p.A.", "S.r.l."), (("Milano", "MI", "20121"), ("Forlì", "FC", "47121"))),
    Place("Spain", "es", "+34 91", ("S.A.", "S.L."), (("Madrid", "Madrid", "28001"), ("Málaga", "Málaga", "29001"))),
    Place(
        "Netherlands", "nl", "+31 20", ("B.V.", "N.V."), (("Utrecht", "Utrecht", "3511 AB"), ("Delft", "ZH", "2611"))
    ),
    Place("Sweden", "se", "+46 8", ("AB",), (("Malmö", "Skåne", "211 19"), ("Göteborg", "VG", "411 05"))),
    Place("Poland", "pl", "+48 22", ("Sp. z o.o.", "S.A."), (("Łódź", "Łódzkie", "90-001"), ("Gdańsk", "", "80-001"))),
    Place("India", "in", "+91 22", ("Pvt. Ltd.", "Ltd."), (("Mumbai", "MH", "400001"), ("Chennai", "TN", "600001"))),
    Place(
        "Japan", "co.jp", "+81 3", ("K.K.", "G.K."), (("Tokyo", "Tokyo", "100-0001"), ("Osaka", "Osaka", "530-0001"))
    ),
    Place(
        "Brazil", "com.br", "+55 11", ("Ltda.", "S.A."), (("São Paulo", "SP", "01000-000"), ("Recife", "PE", "50010"))
    ),
    Place("Nigeria", "ng", "+234 1", ("Ltd", "plc"), (("Lagos", "Lagos", "100001"), ("Abuja", "FCT", "900001"))),
    Place("Australia", "com.au", "+61 2", ("Pty Ltd",), (("Sydney", "NSW", "2000"), ("Hobart", "TAS", "7000"))),
)

STEMS = (
    "Adler", "Alder", "Amber", "Arden", "Aster", "Auriga", "Bergamot", "Birch", "Blue Heron", "Brightwater", "Cardinal",
    "Castell", "Cedar", "Cobalt", "Corvus", "Delta", "Dunmore", "Eastgate", "Elm & Oak", "Falkner", "Fjord", "Forge",
    "Galley", "Granite", "Greenfield", "Halcyon", "Harbour", "Hawthorn", "Helios", "Indigo", "Ivory", "Juniper",
    "Keystone", "Kestrel", "Lakeside", "Larch", "Lindgren", "Linden", "Lumen", "Mariner", "Meridian", "Millstone",
    "Nordlicht", "Northwind", "Oakridge", "Olive", "Orchard", "Orion", "Pallas", "Pinnacle", "Quarry", "Quill",
    "Ravel", "Redwood", "Riverbend", "Rowan", "Saffron", "Sapphire", "Silver Birch", "Solstice", "Sterling", "Summit",
    "Tamarind", "Teal", "Terra", "Thistle", "Umbra", "Vantage", "Verdant", "Vesper", "Walnut", "Westerly", "Willow",
    "Yarrow", "Zephyr", "Zenith",
)  # fmt: skip

# A trade, and the industry Zoho files it under.
TRADES = (
    ("Analytics", "Service Provider"), ("Bakeries", "Food & Beverage"), ("Capital", "Financial Services"),
    ("Chemicals", "Manufacturing"), ("Clinics", "Health Care"), ("Components", "Manufacturing"),
    ("Dairy", "Food & Beverage"), ("Diagnostics", "Health Care"), ("Energy", "Energy"), ("Fibre", "Optical Networking"),
    ("Foods", "Food & Beverage"), ("Freight", "Transportation"), ("Glass", "Manufacturing"), ("Health", "Health Care"),
    ("Insurance", "Financial Services"), ("Logistics", "Transportation"), ("Machine Tools", "Manufacturing"),
    ("Maritime", "Transportation"), ("Mobile", "Wireless Industry"), ("Networks", "Data/Telecom OEM"),
    ("Optics", "Optical Networking"), ("Outfitters", "Retail"), ("Pharma", "Health Care"), ("Power", "Energy"),
    ("Publishing", "Small/Medium Enterprise"), ("Rail", "Transportation"), ("Retail", "Retail"),
    ("Robotics", "Manufacturing"), ("Savings Bank", "Financial Services"), ("Software", "Management ISV"),
    ("Solar", "Energy"), ("Stores", "Retail"), ("Systems", "ERP (Enterprise Resource Planning)"),
    ("Telecom", "Data/Telecom OEM"), ("Textiles", "Manufacturing"), ("Waterworks", "Government/Military"),
)  # fmt: skip

# Names that are valid in Zoho and have broken programs: formulas, markup, scripts, directions, lengths, twins.
AWKWARD_NAMES = (
    '=HYPERLINK("http://x")',
    "O'Brien & Sons",
    '"Quoted", Inc.',
    "<img src=x> Imaging",
    "شركة النور للتجارة",
    "株式会社さくら電機",
    "Ночной Экспресс",
    "Safe\u202efdp.exe Trading",
    "🚀 Rocket Bakery 👩\u200d🍳",
    "+1 Plus One",
    "-Minus Industries",
    "@Home Services",
    "A" * 200,
    "Ünïcödé " * 24 + "GmbH",
    "100% Pure, Ltd; \\ back\\slash",
    "NULL",
    "0012",
    "{{name}} & {0}",
    "Nu\u0308rnberg Combining AG",
    "Zwei\u00a0Worte mit festem Leerzeichen",
    "...",
    "Twin Peaks Holding",
    "Twin Peaks Holding",
    "Castor & Pollux",
    "Castor & Pollux",
)
