"""A shop's plan, as far as the rules ask about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from ecomlab.arguments import amount, one_of, truth
from ecomlab.market.compliance.promotion import Promotion

PLACES = ("CN", "EU", "US", "US-CA", "US-SD")
HOMES = ("CN", "EU", "US")
EXPORT_ROUTES = ("none", "contract", "assessment")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A plan: where the shop sells, and how it goes about it.

    What is left out is as it should be, so only the unusual has to be said. A question is looked
    at only where it matters: `parcels` to the EU where the shop sells to the EU.

    Parameters
    ----------
    sales
        Sales a year by place, each in its own currency: "CN", "EU", "US", or one of the states
        "US-CA" and "US-SD" (which count as the US too).
    orders
        Orders a year by place, among those of `sales`.
    home
        Where the seller is established: "CN", "EU" or "US".
    goods_from
        Where the goods are made: "CN", or any other country's code.
    parcels
        The value of a usual parcel that enters from abroad, by place: "EU" (EUR) or "US" (USD,
        all that one person gets in a day).
    ioss, pays_import_vat, pays_duty
        Whether it is registered for the IOSS; whether import VAT and customs duty are paid.
    eu_distance_sales, oss
        Sales a year to other member states from one where the seller is established (EUR), and
        whether it is registered for the OSS.
    sales_tax
        Whether it is registered for, and collects, US sales tax.
    import_order
        The largest order that it brings into China by cross-border e-commerce (CNY).
    payments, authenticates_above
        A buyer's payments in a row (EUR); the checkout asks for strong authentication above
        this amount (0: always).
    payment_licensed
        Whether buyers in China pay through a bank or a licensed provider.
    card_standard
        The PCI DSS version it was assessed by, where it handles card numbers itself.
    promotion
        A planned price cut, or None.
    consent, data_managed, log_months
        Whether personal information is used with notice and consent (or another legal ground);
        whether data security is organised; how many months of logs are kept.
    people_exported, export_route
        How many people in China have their data sent abroad in a year (not counting what their
        own orders need), and by which route: "none", "contract" or "assessment".
    prices_by_person, plain_results
        Whether prices differ by person on the same terms; whether search results without
        personal traits are offered.
    opt_out, revenue_usd
        Whether Californians may refuse the sale of their data; the worldwide revenue a year.
    fake_orders, paid_reviews, ads_marked
        Whether it invents orders (刷单); pays for praise; marks paid placement as advertising.
    live_host_age, live_shows_seller
        The age of the youngest live-stream host (None: no live streams); whether the live room
        shows who sells.
    registered
        Whether the business is registered.
    return_days
        Days in which goods may be sent back without a reason, by place.
    rights_proven, hosts_sellers, takes_notices, reports_sellers
        Whether it can prove its rights in brands and pictures; whether others sell on its site;
        whether that site takes notices and acts on them, and reports its sellers' income.
    seller_identified
        Whether it has given US marketplaces its identity.
    eu_responsible
        Whether a responsible person for product safety in the EU is named.

    Raises
    ------
    TypeError, ValueError
        Naming the field, what it holds and what is expected.

    Examples
    --------
    >>> plan = Profile(sales={"CN": 3_000_000, "US-SD": 90_000}, parcels={"US": 60})
    >>> plan.sells_to("US"), plan.sells_to("EU")
    (True, False)
    """

    sales: Mapping[str, float]
    orders: Mapping[str, float] = field(default_factory=dict)
    home: str = "CN"
    goods_from: str = "CN"
    parcels: Mapping[str, float] = field(default_factory=dict)
    ioss: bool = False
    pays_import_vat: bool = True
    pays_duty: bool = True
    eu_distance_sales: float = 0.0
    oss: bool = False
    sales_tax: bool = False
    import_order: float = 0.0
    payments: tuple[float, ...] = ()
    authenticates_above: float = 0.0
    payment_licensed: bool = True
    card_standard: str | None = None
    promotion: Promotion | None = None
    consent: bool = True
    data_managed: bool = True
    log_months: float = 6.0
    people_exported: float = 0.0
    export_route: str = "none"
    prices_by_person: bool = False
    plain_results: bool = True
    opt_out: bool = True
    revenue_usd: float = 0.0
    fake_orders: bool = False
    paid_reviews: bool = False
    ads_marked: bool = True
    live_host_age: float | None = None
    live_shows_seller: bool = True
    registered: bool = True
    return_days: Mapping[str, float] = field(default_factory=lambda: {"CN": 7, "EU": 14})
    rights_proven: bool = True
    hosts_sellers: bool = False
    takes_notices: bool = True
    reports_sellers: bool = True
    seller_identified: bool = True
    eu_responsible: bool = True

    def __post_init__(self) -> None:
        checked: dict[str, object] = {
            "sales": _by_place(self.sales, "sales", PLACES),
            "orders": _by_place(self.orders, "orders", PLACES),
            "parcels": _by_place(self.parcels, "parcels", ("EU", "US")),
            "return_days": _by_place(self.return_days, "return_days", ("CN", "EU")),
            "payments": _amounts(self.payments),
        }
        for each in fields(self):
            value = getattr(self, each.name)
            if each.type == "bool":
                checked[each.name] = truth(value, each.name)
            elif each.type == "float" or (each.type == "float | None" and value is not None):
                checked[each.name] = amount(value, each.name, least=0)
        if not checked["sales"]:
            raise ValueError(f"sales is empty; say where the shop sells, among {', '.join(PLACES)}")
        unsold = set(self.orders) - set(self.sales)
        if unsold:
            raise ValueError(f"orders name {sorted(unsold)}, but sales do not; give both")
        one_of(self.home, "home", HOMES)
        one_of(self.export_route, "export_route", EXPORT_ROUTES)
        for name in ("goods_from", "card_standard"):
            value = getattr(self, name)
            if not isinstance(value, str) and not (value is None and name == "card_standard"):
                raise TypeError(f"{name} is {value!r}; text is needed")
        if self.promotion is not None and not isinstance(self.promotion, Promotion):
            raise TypeError(
                f"promotion is a {type(self.promotion).__name__}; give a Promotion, or None"
            )
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def sells_to(self, place: str) -> bool:
        """Whether the plan sells to a place; a state's buyers are buyers in the US."""
        return any(key == place or key.startswith(f"{place}-") for key in self.sales)

    def total(self, what: str, place: str) -> float:
        """The year's `sales` or `orders` in a place, its states included."""
        table = getattr(self, what)
        return sum(v for key, v in table.items() if key == place or key.startswith(f"{place}-"))


def _by_place(table: object, name: str, places: Iterable[str]) -> Mapping[str, float]:
    """A mapping from known places to numbers of at least 0."""
    if not isinstance(table, Mapping):
        raise TypeError(f"{name} is a {type(table).__name__}; give numbers by place, e.g. EU: 150")
    unknown = [key for key in table if key not in places]
    if unknown:
        raise ValueError(f"{name} names {unknown[0]!r}; the places are {', '.join(places)}")
    return MappingProxyType(
        {key: amount(v, f"{name}[{key!r}]", least=0) for key, v in table.items()}
    )


def _amounts(payments: object) -> tuple[float, ...]:
    if isinstance(payments, str) or not isinstance(payments, Iterable):
        raise TypeError(f"payments is {payments!r}; give the amounts in order, e.g. [30, 12.5]")
    return tuple(amount(p, f"payments[{i}]", above=0) for i, p in enumerate(payments))
