"""One app version as the checks see it: facts, ledger and catalogue, with the questions that many checks ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from analyzer.catalogue import Catalogue
from analyzer.model import (
    Bilingual,
    Facts,
    FilingFacts,
    LedgerRow,
    PolicyFacts,
    Sdk,
    Status,
    StringFact,
    TrafficFacts,
    Transmission,
)

from .package import Package
from .parties import domain, same_company, under_domain
from .settings import (
    COLLECTING,
    DEFAULTS,
    FILLED_IN,
    INTRUSIVE,
    LIGHT,
    WHOLE_POLICY,
    WITHOUT_CONSENT,
    Settings,
)

if TYPE_CHECKING:
    from datetime import date

    from analyzer.catalogue.filing_codes import Code


class Case(Package):
    """Everything a check may look at. All answers are computed at most once; none does I/O."""

    def __init__(
        self,
        facts: Facts,
        ledger: Mapping[str, LedgerRow],
        catalogue: Catalogue,
        settings: Settings = DEFAULTS,
        today: date | None = None,
    ) -> None:
        super().__init__(facts, catalogue)
        self.ledger = ledger
        self.settings = settings
        self.today = today  # the day for which ages are reckoned; `None`: they are not

    @property
    def policy(self) -> PolicyFacts | None:
        """What the policy says; `None`: none was examined."""
        return self.facts.policy

    @property
    def filing(self) -> FilingFacts | None:
        """What was filed; `None`: no filing was examined."""
        return self.facts.filing

    @property
    def traffic(self) -> TrafficFacts | None:
        """What captures showed; `None`: none was examined."""
        return self.facts.traffic

    # --- the app's audience and type

    @cached_property
    def app_types(self) -> tuple[int, ...]:
        """Types of the 39-type rule; learning education (19) where the filing names none."""
        return self.filing.app_types if self.filing and self.filing.app_types else (19,)

    @property
    def types_declared(self) -> bool:
        """Whether the filing names the app's types: without them, necessity is never proven."""
        return bool(self.filing and self.filing.app_types)

    @cached_property
    def for_minors(self) -> bool | None:
        """Whether pupils under 18 are addressed; `None` when no filing says."""
        if self.filing is None or not self.filing.stages:
            return None
        return any(stage.minors for stage in self._stages)

    @cached_property
    def for_children(self) -> bool:
        """Whether children under 14 are addressed, by the filed school stages."""
        return any(stage.under_14 for stage in self._stages)

    @cached_property
    def _stages(self) -> tuple[Code, ...]:
        table = self.catalogue.filing_codes.get("stages")
        filed = self.filing.stages if self.filing else ()
        return tuple(code for code in map(table.code, filed) if code) if table else ()

    @property
    def required_use(self) -> bool:
        """Whether the filing says that a school requires everyone to use it."""
        return bool(self.filing and self.filing.use_mode == "required")

    @cached_property
    def functions(self) -> frozenset[str]:
        """Functions that the filing claims."""
        return frozenset(self.filing.functions) if self.filing else frozenset()

    # --- personal data

    def data_title(self, data: str) -> Bilingual:
        """Return the name of a kind of personal data; the id itself where the taxonomy does not know it."""
        row = self.catalogue.personal_data.get(data)
        return row.title if row else Bilingual(zh=data, en=data)

    def unchangeable(self, data: str) -> bool:
        """Tell whether it is an identifier that its owner cannot reset."""
        row = self.catalogue.personal_data.get(data)
        return bool(row and row.unchangeable)

    def sensitive(self, data: str) -> bool:
        """Tell whether it is sensitive for adults too (the audience apart)."""
        row = self.catalogue.personal_data.get(data)
        return bool(row and row.sensitive)

    def grave(self, data: str) -> bool:
        """Tell whether it weighs heavily: sensitive, unchangeable, or intrusive."""
        return self.sensitive(data) or self.unchangeable(data) or data in INTRUSIVE

    def light(self, data: str) -> bool:
        """Tell whether it says little about a person by itself."""
        return data in LIGHT

    def out_of_reach(self, data: str) -> bool:
        """Tell whether the code that reads it cannot succeed, for want of a permission in the manifest."""
        row = self.catalogue.personal_data.get(data)
        if row is None or not row.permissions or row.without_permission or not self.has_manifest:
            return False
        return not self.held_permissions.intersection(row.permissions)

    def within_another(self, data: str) -> bool:
        """Tell whether every read of it is the same call that reads what the rules call its better-known twin.

        ``getDeviceId`` gives an IMEI or, on another phone, a MEID; a place comes with its surroundings: one finding.
        """
        row = self.catalogue.personal_data.get(data)
        if row is None or row.within is None or data in self.by_data():
            return False
        twin = {(read.api, read.caller) for read in self.reads.get(row.within, ())}
        return all((read.api, read.caller) in twin for read in self.reads.get(data, ()))

    def counted(self, data: str, rows: tuple[Transmission, ...]) -> tuple[Transmission, ...]:
        """Return the transmissions that ask for a declaration: of light data only what was filled in on purpose.

        A model in the headers goes with every request; a known value in a field of its own was collected.
        """
        if not self.light(data):
            return rows
        return tuple(r for r in rows if data in FILLED_IN and r.proof == "known_value" and r.where != "header")

    def necessary(self, data: str) -> bool:
        """Tell whether the app's types may demand it (14号文), for the default type where none is declared."""
        row = self.catalogue.personal_data.get(data)
        return bool(row and row.necessary_for.intersection(self.app_types))

    def justified(self, data: str) -> bool:
        """Tell whether a permission that gives it is common in learning apps, or goes with a filed function."""
        row = self.catalogue.personal_data.get(data)
        for name in row.permissions if row else ():
            rule = self.catalogue.permissions.get(name)
            if rule and name in self.declared_permissions and self.permission_justified(name):
                return True
        return False

    def permission_justified(self, name: str) -> bool:
        """Tell whether a permission is common in learning apps, or goes with a function that was filed."""
        rule = self.catalogue.permissions.get(name)
        return bool(rule and (rule.need == "common" or self.functions.intersection(rule.functions)))

    # --- traffic

    @cached_property
    def transmissions(self) -> tuple[Transmission, ...]:
        """Transmissions that say something: known values, and patterns that are more than a guess."""
        rows = self.traffic.transmissions if self.traffic else ()
        return tuple(row for row in rows if credible(row))

    def by_data(self, *, unconsented: bool = False) -> Mapping[str, tuple[Transmission, ...]]:
        """Group the credible transmissions by data id; `unconsented`: only those without consent."""
        return self._unconsented if unconsented else self._sent

    @cached_property
    def _sent(self) -> Mapping[str, tuple[Transmission, ...]]:
        return _by_data(self.transmissions)

    @cached_property
    def _unconsented(self) -> Mapping[str, tuple[Transmission, ...]]:
        return _by_data(row for row in self.transmissions if row.phase in WITHOUT_CONSENT)

    def recipient_company(self, recipient: str) -> str:
        """Return the company behind a recipient: the vendor of ``sdk:<id>``, else the recipient itself."""
        if recipient.startswith("sdk:"):
            rule = self.catalogue.sdks.get(recipient[4:])
            return rule.vendor.zh if rule else recipient
        company = self.catalogue.recipients.companies.get(recipient)
        return str(company["name"]["zh"]) if company else recipient

    def third_party(self, row: Transmission) -> bool:
        """Tell whether a transmission goes to somebody other than the provider.

        An unknown recipient does not count, nor a shared cloud host (it says who stores, not who receives), nor a host
        that the phone itself talks to.
        """
        if row.recipient is None or self.own_host(row.host) or self.self_hosted(row):
            return False
        known = self.catalogue.recipients.lookup(row.host)
        if known is not None and (known.shared or known.system):
            return False
        provider = self.filing.provider if self.filing else None
        return not provider or not same_company(provider, self.recipient_company(row.recipient))

    def own_host(self, host: str) -> bool:
        """Tell whether a host lies under the registered name of a domain that the filing names."""
        domains = self.filing.domains if self.filing else ()
        if not domains:
            return False
        rule = self.catalogue.recipients.lookup(host)
        cloud = rule.pattern.removeprefix("*.") if rule and rule.shared else None
        return any(under_domain(host, own, cloud) for own in map(domain, domains) if own)

    def self_hosted(self, row: Transmission) -> bool:
        """Tell whether only the path names the SDK: that proves the software, and whoever runs the host receives."""
        table = self.catalogue.recipients
        return bool(row.recipient) and row.recipient in self._hosted_by_anybody and table.lookup(row.host) is None

    @cached_property
    def _hosted_by_anybody(self) -> frozenset[str]:
        return frozenset(f"sdk:{identity}" for identity in self.catalogue.recipients.shape_sdks())

    def receiver(self, row: Transmission) -> str:
        """Return who receives it: SDK or company, and the host where nobody is known behind it."""
        return row.host if row.recipient is None or self.self_hosted(row) else row.recipient

    def host_category(self, host: str, recipient: str | None) -> str | None:
        """Return the category of a contacted host, such as ``advertising``; `None` when nothing is known."""
        if recipient and recipient.startswith("sdk:"):
            rule = self.catalogue.sdks.get(recipient[4:])
            if rule:
                return str(rule.category)
        found = self.catalogue.recipients.lookup(host)
        return found.category if found and not found.suspected else None

    # --- what was declared

    @property
    def policy_readable(self) -> bool:
        """Whether the absence of a word in the policy means anything: it was read, and it is Chinese."""
        return self.policy is not None and self.policy.language == "zh"

    @cached_property
    def said(self) -> Mapping[str, Literal["yes", "general", "denied"]]:
        """What the policy says of each kind of data that it names."""
        found: dict[str, Literal["yes", "general", "denied"]] = {}
        for row in self.policy.declarations if self.policy else ():
            if row.data is None:
                continue
            meant: Literal["yes", "general", "denied"]
            meant = "denied" if row.negated else "general" if row.general else "yes"
            found[row.data] = min(found.get(row.data, meant), meant, key=_WEIGHT.__getitem__)
        return found

    @cached_property
    def named_sdks(self) -> frozenset[str]:
        """SDKs that the policy names."""
        rows = self.policy.declarations if self.policy else ()
        return frozenset(row.sdk for row in rows if row.sdk and not row.negated)

    @cached_property
    def policy_is_whole(self) -> bool:
        """Whether the text can be the whole policy: Chinese, and long enough for one."""
        return self.policy_readable and self.policy is not None and self.policy.characters >= WHOLE_POLICY

    @cached_property
    def names_no_third_party(self) -> bool:
        """Whether a whole policy names no SDK and no company, and points to no list of them.

        Otherwise a recipient may well stand there under another name.
        """
        return self.policy_is_whole and not (
            self.named_sdks or self.named_companies or self.wording("third_party_list")
        )

    @cached_property
    def named_companies(self) -> frozenset[str]:
        """Companies that the policy names."""
        rows = self.policy.declarations if self.policy else ()
        return frozenset(row.company for row in rows if row.company)

    def recipient_named(self, recipient: str) -> bool:
        """Tell whether the policy names an SDK or the company behind it."""
        return recipient.removeprefix("sdk:") in self.named_sdks or self.company_named(
            self.recipient_company(recipient)
        )

    def company_named(self, company: str) -> bool:
        """Tell whether the policy names a company, by the full name or one that holds the other."""
        return any(same_company(company, name) for name in self.named_companies)

    # --- SDKs

    def must_be_named(self, sdk: Sdk) -> bool:
        """Tell whether a policy must name it: its business touches personal data, or its vendor says that it does."""
        rule = self.catalogue.sdks.get(sdk.id)
        if rule is not None:
            if rule.collects_nothing or rule.is_first_party(self.static.app.package if self.static else None):
                return False
            if self._ids.intersection(rule.comes_with):
                return False  # part of another SDK's archive, and no contract of its own
        return sdk.category in COLLECTING or bool(sdk.collects)

    def wording(self, kind: str) -> tuple[StringFact, ...]:
        """Return the sentences of the policy with wording of this kind."""
        return tuple(row for row in self.policy.wording if row.kind == kind) if self.policy else ()


_WEIGHT = {"yes": 0, "denied": 1, "general": 2}
# Named once is named; a general word ("短信告知您") does not take a denial back.


def _by_data(rows: Iterable[Transmission]) -> Mapping[str, tuple[Transmission, ...]]:
    found: dict[str, list[Transmission]] = defaultdict(list)
    for row in rows:
        found[row.data].append(row)
    return {key: tuple(items) for key, items in sorted(found.items())}


def credible(row: Transmission) -> bool:
    """Tell whether a transmission shows its data: a known value, or a pattern that is more than a guess."""
    return row.proof == "known_value" or row.sure != "?"


def status_of(rows: tuple[Transmission, ...]) -> Status:
    """Return `proven` when a known value is among them."""
    return Status.PROVEN if any(row.proof == "known_value" for row in rows) else Status.SUSPECTED
