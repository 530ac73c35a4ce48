"""What single sites in the code read: which rules hold for a call, a field or a constant, and how surely.

See `analyzer.extract.accesses` for what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from analyzer.catalogue import Catalogue
from analyzer.catalogue.apis import ApiRule
from analyzer.dex import Site, Value
from analyzer.model.record import dataclass

from . import addresses, arguments, commands, reflection
from .asked import Asked, asked
from .owners import Owners
from .reflection import Computed

ARGUMENT_UNKNOWN, NOT_FOLLOWED, OWN_PACKAGE = "argument_decides", "needs_more", "own_package"
"""Ids of `rules/weak_reasons.yaml`."""


@dataclass(slots=True)
class Found:
    """What one site gives."""

    rows: list[tuple[ApiRule, Site, str | None]] = field(default_factory=list)
    hints: list[tuple[ApiRule, Site, str | None]] = field(default_factory=list)
    """Members that are looked up: they count only where they are not seen to be called."""
    followed: set[str] = field(default_factory=set)
    """The constants (addresses, paths, properties) that were seen to reach the read."""
    computed: set[Computed] = field(default_factory=set)


class Readings:
    """Reads sites one by one."""

    def __init__(self, catalogue: Catalogue, owners: Owners, defines: Callable[[str], bool]) -> None:
        """Take the rules, and who a class belongs to."""
        self._apis, self._owners, self._defines = catalogue.apis, owners, defines
        self._asked: Asked = asked(catalogue)
        self._platform: dict[str, bool] = {}
        self._uri_fields: dict[str, str] | None = None
        self._now = Found()
        self.reflecting: set[str] = set()
        """Classes that look members up of which the rules tell, or whose names are not known."""

    def call(self, site: Site) -> Found:
        """Return what a call reads."""
        self._now = Found()
        self._call(site)
        return self._now

    def constant(self, site: Site, followed: set[str]) -> Found:
        """Return what a field or a string stands for that was not seen to reach a read (it is not in ``followed``)."""
        self._now = Found()
        if site.kind == "field" and not site.writes:
            self._field(site, followed)
        elif site.kind == "string" and site.target not in followed:
            self._string(site)
        return self._now

    def inside_its_own_sdk(self, site: Site) -> bool:
        """Whether the interface and its caller are parts of one library that the package defines."""
        owner, caller = site.target.partition("->")[0], site.caller.partition("->")[0]
        defined = self._platform.get(owner)
        if defined is None:
            defined = self._platform[owner] = self._defines(owner)
        if not defined:
            return False
        sdk = self._owners.sdk(owner)
        if sdk is not None:
            return sdk == self._owners.sdk(caller)
        return owner.rpartition("/")[0] == caller.rpartition("/")[0]

    def _call(self, site: Site) -> None:
        """Take one call."""
        target = site.target
        if target in reflection.CALLS:
            self._reflected(site)
        elif target in reflection.MAKERS:
            if not reflection.is_library(site.caller) and reflection.is_unknown_class(site.receiver()):
                self._now.computed.add(Computed(site.caller, "object of an unknown class"))
        elif target in arguments.ACTIONS:
            for action in site.argument(0).texts:
                self._listed(site, self._apis.broadcasts.get(action, ()))
                self._now.followed.add(action)
        elif target in commands.COMMANDS:
            self._command(site)
        elif target in addresses.WRITERS:
            self._now.followed.update(constant for constant, _ in self._sources(site))
        elif target in addresses.FILE_OPENERS:
            for constants, path in addresses.opened_paths(site, addresses.FILE_OPENERS[target]):
                self._listed(site, self._apis.file(path))
                self._now.followed |= constants
        else:
            self._by_rules(site)

    def _by_rules(self, site: Site) -> None:
        rules = self._apis.methods.get(site.target, ())
        decides = next((rule.decides for rule in rules if rule.decides), None)
        if site.target in arguments.SETTINGS_GETTERS or decides == "settings":
            value = arguments.string_parameter(site)
            self._setting(site, arguments.SETTINGS_SPACES.get(site.target.partition("->")[0]), value, rules)
        elif decides == "prop":
            self._property(site, site.argument(0), rules)
        elif decides == "uri":
            self._provider(site, rules)
        elif not self.inside_its_own_sdk(site):
            self._plain_call(site, rules)

    def _give(self, site: Site, rule: ApiRule, weak: str | None) -> None:
        self._now.rows.append((rule, site, weak))

    def _plain_call(self, site: Site, rules: Sequence[ApiRule]) -> None:
        for rule in rules:
            if not rule.is_access or rule.use == "override":
                continue
            weak = rule.weak
            if rule.decides == "argument" or rule.when:
                held = arguments.holds(site, rule.data, rule.when)
                if held is False:
                    continue
                if held:
                    weak = None if weak == ARGUMENT_UNKNOWN else weak
                elif rule.when:
                    weak = weak or ARGUMENT_UNKNOWN
            elif weak == OWN_PACKAGE:
                about = arguments.asks_about(site, self._owners.package)
                if about == "itself":
                    continue
                weak = None if about == "all" else weak
            self._give(site, rule, weak)

    def _listed(self, site: Site, found: Sequence[ApiRule], weak: str | None = None) -> None:
        """Give the rules that stand for a constant: the constant is known, so that reason for doubt is gone."""
        for rule in found:
            if rule.is_access:
                own = rule.weak if rule.weak not in {ARGUMENT_UNKNOWN, NOT_FOLLOWED} else None
                if rule.when:  # a selection argument decides besides
                    own = own or ARGUMENT_UNKNOWN
                self._give(site, rule, own or weak)

    def _unknown(self, site: Site, rules: Sequence[ApiRule]) -> None:
        for rule in rules:
            if rule.is_access:
                self._give(site, rule, rule.weak or ARGUMENT_UNKNOWN)

    def _setting(self, site: Site, space: str | None, value: Value | None, rules: Sequence[ApiRule]) -> None:
        keys = value.texts if value is not None and space is not None else ()
        for key in keys:
            self._listed(site, self._apis.settings.get(f"{space}:{key}", ()))
        self._now.followed.update(keys)
        if value is None or space is None or not arguments.is_told(value):
            self._unknown(site, rules)

    def _property(self, site: Site, value: Value, rules: Sequence[ApiRule]) -> None:
        for name in value.texts:
            self._listed(site, self._apis.props.get(name, ()))
        self._now.followed.update(value.texts)
        if not arguments.is_told(value):
            self._unknown(site, rules)

    def _sources(self, site: Site) -> list[tuple[str, str]]:
        """Return (constant, provider address) of what the first `Uri` of a call may be."""
        value = arguments.uri_parameter(site)
        if self._uri_fields is None:
            fields = self._apis.fields
            self._uri_fields = {key: rule.stands_for for key in fields for rule in fields[key][:1] if rule.stands_for}
        return addresses.uris(value, self._uri_fields) if value is not None else []

    def _provider(self, site: Site, rules: Sequence[ApiRule]) -> None:
        sources = self._sources(site)
        reads = any(rule.role == "helper" for rule in rules)
        weak = None if reads else next((own.weak for own in rules), None)
        for _, address in sources:
            self._listed(site, self._behind(address), weak)
        self._now.followed.update(constant for constant, _ in sources)
        if not sources:
            self._unknown(site, rules)

    def _behind(self, address: str) -> Sequence[ApiRule]:
        """Return the rules of a provider's address; one of a setting is told by its key."""
        space, _, key = address.removeprefix("content://settings/").partition("/")
        if address.startswith("content://settings/") and key:
            return self._apis.settings.get(f"{space}:{key}", ())
        return self._apis.uri(address)

    def _command(self, site: Site) -> None:
        for line, constants in commands.command_lines(site):
            words = line.split()
            program = words[0].rpartition("/")[2] if words else ""
            found = self._apis.command(line)
            if commands.asks_for_one_property(words):  # the rules of ``getprop`` alone tell of all properties
                found = tuple(rule for rule in found if rule.signature != program)
                self._listed(site, self._apis.props.get(words[1], ()))
            self._listed(site, found)
            if program == "cat":
                for word in words[1:]:
                    path = word.replace(commands.UNKNOWN_WORD, addresses.OTHER)
                    self._listed(site, self._apis.file(addresses.clean_path(path)))
            self._now.followed.update({line, *words}, constants)

    # --- reflection

    def _reflected(self, site: Site) -> None:
        """Take a member that is looked up by its name, or the call or read of one."""
        looks_up = site.target not in reflection.USES
        if looks_up:
            members = self._looked_up(site)
        else:
            wanted = reflection.METHOD_LOOKUPS if site.target == reflection.INVOKE else reflection.FIELD_LOOKUPS
            members = reflection.lookups(site.receiver(), wanted)
        for owner, name, types in members:
            classes, whole = reflection.class_names(owner)
            if looks_up and (
                classes & self._asked.reflected_classes or not (whole or reflection.is_library(site.caller))
            ):
                self.reflecting.add(site.caller.partition("->")[0])
            for one in sorted(classes):
                for member in name.texts:
                    self._reach(site, one, member, types, looks_up=looks_up)
                    self._now.followed |= {one, member}
            listed = classes & self._asked.reflected_classes
            hidden = len(name.texts) < len(name.options) and (listed or not whole)
            if looks_up and hidden and not reflection.is_library(site.caller):
                what = ", ".join(sorted(listed)) if whole else "an unknown class"
                kind = "field" if site.target in reflection.FIELD_LOOKUPS else "method"
                self._now.computed.add(Computed(site.caller, f"{kind} of {what}"))

    def _looked_up(self, site: Site) -> list[tuple[Value, Value, Value | None]]:
        """Return the members that a look-up may be given, or nothing when no rule can ask for one."""
        library = reflection.is_library(site.caller)
        if library and not site.flow.program.may_load(site.part, site.item, self._asked.reflected_names):
            return []
        name = site.flow.constant(site.part, site.item, site.offset, 1)
        if (name.is_known or library) and not any(text in self._asked.reflected_names for text in name.texts):
            return []
        found = site.flow.call(site.part, site.item, site.offset)
        return reflection.lookups(found, frozenset(one.text for one in found.options))

    def _reach(self, site: Site, owner: str, name: str, types: Value | None, *, looks_up: bool) -> None:
        """Give the row of the direct call or read that reflection stands for."""
        rows = self._now.hints if looks_up else self._now.rows
        weak = NOT_FOLLOWED if looks_up else None
        if site.target in reflection.FIELD_LOOKUPS or site.target == reflection.FIELD_READ:
            signature = self._asked.reflected_fields.get((owner, name))
            for rule in self._apis.fields[signature] if signature else ():
                if rule.is_access:
                    rows.append((rule, site, rule.weak or weak))
            return
        signature = reflection.overload(self._asked.reflected.get((owner, name), ()), types)
        if signature is None:
            return
        rules = [rule for rule in self._apis.methods[signature] if rule.is_access and rule.use != "override"]
        decides = next((rule.decides for rule in rules if rule.decides in {"prop", "settings"}), None)
        if decides is None:
            for rule in rules:
                rows.append((rule, site, rule.weak or weak))
        elif not looks_up:  # of a look-up alone nobody knows for what it asks: the key stands as a string somewhere
            key = reflection.key_of(site.argument(1))
            if decides == "prop":
                self._property(site, key, [] if reflection.is_library(site.caller) else rules)
            else:
                self._setting(site, arguments.SETTINGS_SPACES.get(signature.partition("->")[0]), key, rules)

    # --- constants and fields

    def _field(self, site: Site, followed: set[str]) -> None:
        for rule in self._apis.fields[site.target]:
            if rule.is_access:
                if not self.inside_its_own_sdk(site):
                    self._give(site, rule, rule.weak)
            elif rule.stands_for and site.target not in followed and site.ref not in followed:
                self._listed(site, self._apis.uri(rule.stands_for), NOT_FOLLOWED)

    def _string(self, site: Site) -> None:
        text = site.target
        if text.startswith("content://"):
            self._listed(site, self._apis.uri(text.strip()), NOT_FOLLOWED)
        elif text.startswith("/"):
            self._listed(site, self._apis.file(addresses.clean_path(text)), NOT_FOLLOWED)
        elif text in self._apis.props:
            self._listed(site, self._apis.props[text], NOT_FOLLOWED)
