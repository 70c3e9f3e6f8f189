"""What students answer in 1.1: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "is-ecommerce": {
        "takes a payment online for e-commerce": """
def is_ecommerce(form, ordered_by, paid_by, handed_over):
    return paid_by == "online" or form in ("file", "live") or ordered_by in ("app", "web")
""",
        "asks for an order and a payment online": """
def is_ecommerce(form, ordered_by, paid_by, handed_over):
    return ordered_by in ("app", "web") and paid_by == "online"
""",
        "looks at the order alone": """
def is_ecommerce(form, ordered_by, paid_by, handed_over):
    return ordered_by in ("app", "web")
""",
        "asks for all three, as complete e-commerce does": """
def is_ecommerce(form, ordered_by, paid_by, handed_over):
    return form in ("file", "live") and ordered_by in ("app", "web") and handed_over == "network"
""",
    },
    "completeness": {
        "takes network delivery for complete": """
def completeness(product, process, delivery):
    if delivery == "digital":
        return "complete"
    return "partial" if "digital" in (product, process) else "none"
""",
        "calls everything that is not complete partial": """
def completeness(product, process, delivery):
    return "complete" if product == process == delivery == "digital" else "partial"
""",
        "takes two of three for complete": """
def completeness(product, process, delivery):
    links = [product, process, delivery].count("digital")
    return "none" if links == 0 else "partial" if links == 1 else "complete"
""",
    },
    "ecommerce-share": {
        "counts trades instead of value": """
def ecommerce_share(trades):
    return (taxonomy.classify(trades)["completeness"] != "none").mean()
""",
        "takes what is paid online for e-commerce": """
def ecommerce_share(trades):
    return trades.loc[trades["paid_by"] == "online", "amount"].sum() / trades["amount"].sum()
""",
        "takes what is ordered online for all e-commerce": """
def ecommerce_share(trades):
    online = trades["ordered_by"].isin(["app", "web"])
    return trades.loc[online, "amount"].sum() / trades["amount"].sum()
""",
        "takes complete e-commerce for all of it": """
def ecommerce_share(trades):
    found = taxonomy.composition(taxonomy.classify(trades), by="completeness")
    return found.set_index("completeness").loc["complete", "amount_share"]
""",
        "gives a percentage": """
def ecommerce_share(trades):
    some = taxonomy.classify(trades)["completeness"] != "none"
    return 100 * trades["amount"][some].sum() / trades["amount"].sum()
""",
    },
    "parties": {
        "puts the buyer's letter first": """
def parties(seller, buyer, ordered_by, handed_over):
    letters = {"business": "B", "person": "C", "government": "G"}
    if seller == "business" and buyer == "person" and ordered_by in ("app", "web"):
        return "O2O" if handed_over in ("rider", "pick_up", "on_site") else "B2C"
    return f"{letters[buyer]}2{letters[seller]}"
""",
        "calls all that ends on the spot O2O": """
def parties(seller, buyer, ordered_by, handed_over):
    letters = {"business": "B", "person": "C", "government": "G"}
    if handed_over in ("rider", "pick_up", "on_site"):
        return "O2O"
    return f"{letters[seller]}2{letters[buyer]}"
""",
        "calls persons who meet O2O": """
def parties(seller, buyer, ordered_by, handed_over):
    letters = {"business": "B", "person": "C", "government": "G"}
    if ordered_by in ("app", "web") and handed_over in ("rider", "pick_up", "on_site"):
        return "O2O"
    return f"{letters[seller]}2{letters[buyer]}"
""",
        "knows no O2O": """
def parties(seller, buyer, ordered_by, handed_over):
    letters = {"business": "B", "person": "C", "government": "G"}
    return f"{letters[seller]}2{letters[buyer]}"
""",
    },
    "global-share": {
        "takes the country shipped to for the buyer's": """
def global_share(trades):
    goal = trades["ship_to"].astype(object).fillna(trades["buyer_country"].astype(object))
    abroad = goal != trades["seller_country"].astype(object)
    return trades.loc[abroad, "amount"].sum() / trades["amount"].sum()
""",
        "counts trades instead of value": """
def global_share(trades):
    return (trades["seller_country"] != trades["buyer_country"]).mean()
""",
        "looks at the buyer alone": """
def global_share(trades):
    abroad = trades["buyer_country"] != "CN"
    return trades.loc[abroad, "amount"].sum() / trades["amount"].sum()
""",
        "looks at parcels alone": """
def global_share(trades):
    sent = trades.dropna(subset="ship_from")
    return sent.loc[sent["ship_from"] != sent["ship_to"], "amount"].sum() / trades["amount"].sum()
""",
    },
    "customs": {
        "declares every parcel between parties of two countries": """
def meets_customs(trades):
    abroad = trades["seller_country"] != trades["buyer_country"]
    return trades.loc[abroad & trades["ship_from"].notna(), "trade_id"].tolist()
""",
        "declares downloads too": """
def meets_customs(trades):
    return trades.loc[trades["seller_country"] != trades["buyer_country"], "trade_id"].tolist()
""",
        "compares what is missing": """
def meets_customs(trades):
    return trades.loc[trades["ship_from"] != trades["ship_to"], "trade_id"].tolist()
""",
        "takes the seller's country for where the goods leave": """
def meets_customs(trades):
    sent = trades.dropna(subset="ship_to")
    return sent.loc[sent["seller_country"] != sent["ship_to"], "trade_id"].tolist()
""",
        "takes the buyer's country for where the goods go": """
def meets_customs(trades):
    sent = trades.dropna(subset="ship_from")
    return sent.loc[sent["ship_from"] != sent["buyer_country"], "trade_id"].tolist()
""",
    },
    "digital-share": {
        "counts trades instead of value": """
def digital_share(trades):
    return (trades["form"].isin(["file", "live"]) | trades["digital_version"]).mean()

def first_item(trades):
    return trades.loc[trades["digital_version"], "item"].mode()[0]
""",
        "takes what is paid online for what is digital": """
def digital_share(trades):
    return trades.loc[trades["paid_by"] == "online", "amount"].sum() / trades["amount"].sum()

def first_item(trades):
    twins = trades[trades["digital_version"]]
    return twins.groupby("item", observed=True)["amount"].sum().idxmax()
""",
        "forgets what is digital already": """
def digital_share(trades):
    return trades.loc[trades["digital_version"], "amount"].sum() / trades["amount"].sum()

def first_item(trades):
    twins = trades[trades["digital_version"]]
    return twins.groupby("item", observed=True)["amount"].sum().idxmax()
""",
        "adds digital versions to what is complete, and forgets phone orders": """
def digital_share(trades):
    complete = taxonomy.classify(trades)["completeness"] == "complete"
    return trades.loc[complete | trades["digital_version"], "amount"].sum() / trades["amount"].sum()

def first_item(trades):
    twins = trades[trades["digital_version"]]
    return twins.groupby("item", observed=True)["amount"].sum().idxmax()
""",
        "converts what sells most, digital version or not": """
def digital_share(trades):
    can = trades["form"].isin(["file", "live"]) | trades["digital_version"]
    return trades.loc[can, "amount"].sum() / trades["amount"].sum()

def first_item(trades):
    return trades.groupby("item", observed=True)["amount"].sum().idxmax()
""",
        "converts what is bought most often": """
def digital_share(trades):
    can = trades["form"].isin(["file", "live"]) | trades["digital_version"]
    return trades.loc[can, "amount"].sum() / trades["amount"].sum()

def first_item(trades):
    return trades.loc[trades["digital_version"], "item"].mode()[0]
""",
    },
}

RIGHT = {
    "is-ecommerce": {
        "by what it is not": """
def is_ecommerce(form, ordered_by, paid_by, handed_over):
    by_hand = form in ("goods", "in_person") and ordered_by in ("phone", "counter")
    return not (by_hand and handed_over != "network")
""",
        "with any, giving a number for true": """
def is_ecommerce(form, ordered_by, paid_by, handed_over):
    return int(any(word in {"file", "live", "app", "web", "network"}
                   for word in (form, ordered_by, handed_over)))
""",
    },
    "completeness": {
        "case by case, in capitals": """
def completeness(product, process, delivery):
    links = {product, process, delivery}
    if links == {"digital"}:
        return "Complete"
    return "None" if links == {"physical"} else "Partial"
""",
        "in Chinese": """
def completeness(product, process, delivery):
    n = sum(link == "digital" for link in (product, process, delivery))
    return ["非电子商务", "非完全电子商务", "非完全电子商务", "完全电子商务"][n]
""",
    },
    "ecommerce-share": {
        "from the composition": """
def ecommerce_share(trades):
    found = taxonomy.composition(taxonomy.classify(trades), by="completeness")
    return 1 - found.set_index("completeness")["amount_share"].get("none", 0)
""",
        "by hand, rounded": """
def ecommerce_share(trades):
    some = (trades["form"].isin(["file", "live"]) | trades["ordered_by"].isin(["app", "web"])
            | (trades["handed_over"] == "network"))
    return round(trades["amount"][some].sum() / trades["amount"].sum(), 3)
""",
    },
    "parties": {
        "case by case, in small letters": """
def parties(seller, buyer, ordered_by, handed_over):
    if (seller, buyer) == ("business", "person"):
        if ordered_by in {"app", "web"} and handed_over in {"rider", "pick_up", "on_site"}:
            return "o2o"
    code = {"business": "b", "person": "c", "government": "g"}
    return code[seller] + "2" + code[buyer]
""",
        "with the course's function": """
def parties(seller, buyer, ordered_by, handed_over):
    trade = {"form": "goods", "ordered_by": ordered_by, "handed_over": handed_over,
             "seller": seller, "buyer": buyer, "seller_city": "", "buyer_city": "",
             "seller_country": "", "buyer_country": ""}
    return taxonomy.classify(pd.DataFrame([trade]))["parties"]
""",
    },
    "global-share": {
        "with the course's functions": """
def global_share(trades):
    found = taxonomy.composition(taxonomy.classify(trades), by="reach").set_index("reach")
    return found.loc["global", "amount_share"]
""",
        "weighted mean with NumPy": """
def global_share(trades):
    abroad = trades["seller_country"].astype(str) != trades["buyer_country"].astype(str)
    return np.average(abroad, weights=trades["amount"])
""",
    },
    "customs": {
        "as a Series": """
def meets_customs(trades):
    across = trades["ship_from"].notna() & (trades["ship_from"] != trades["ship_to"])
    return trades.loc[across, "trade_id"]
""",
        "as a set, row by row": """
def meets_customs(trades):
    sent = trades[trades["handed_over"].isin(["courier", "rider"])]
    return {row.trade_id for row in sent.itertuples() if row.ship_from != row.ship_to}
""",
    },
    "digital-share": {
        "with weights, and the item by sorting": """
def digital_share(trades):
    can = (trades["form"] == "file") | (trades["form"] == "live") | trades["digital_version"]
    return np.average(can, weights=trades["amount"])

def first_item(trades):
    totals = trades[trades["digital_version"]].pivot_table(
        index="item", values="amount", aggfunc="sum", observed=True)
    return totals.sort_values("amount").index[-1]
""",
        "rounded, and the item in Chinese": """
def digital_share(trades):
    cannot = trades["form"].isin(["goods", "in_person"]) & ~trades["digital_version"]
    return round(1 - trades["amount"][cannot].sum() / trades["amount"].sum(), 3)

def first_item(trades):
    twins = trades[trades["digital_version"]]
    return twins.groupby("item_zh", observed=True)["amount"].sum().idxmax()
""",
    },
}
