"""A second, slow and plain search through a call graph: strings, dictionaries and loops, to compare with."""

from collections import defaultdict

from dexreference import Reference

VIRTUAL, SUPER, DIRECT, STATIC = (0x6E, 0x72, 0x74, 0x78), (0x6F, 0x75), (0x70, 0x76), (0x71, 0x77)
OBJECT = "Ljava/lang/Object;"
BASIC = {"equals(Ljava/lang/Object;)Z", "hashCode()I", "toString()Ljava/lang/String;", "finalize()V",
         "clone()Ljava/lang/Object;"}  # fmt: skip


class TablePlatform:
    """A platform of a few types: name → (supers, methods, callbacks)."""

    def __init__(self, table):
        self.table = table

    def known(self, descriptor):
        return descriptor in self.table

    def supers(self, descriptor):
        return self.table.get(descriptor, ((), (), ()))[0]

    def methods(self, descriptor):
        above = list(self.supers(descriptor))
        return frozenset(self.table.get(descriptor, ((), (), ()))[1]).union(*(self.methods(name) for name in above))

    def callbacks(self, descriptor):
        return frozenset(self.table.get(descriptor, ((), (), ()))[2])


def parameters(member):
    from dexwriter import split_parameters

    return split_parameters(member[member.index("(") + 1 : member.index(")")])


class PlainSearch:
    def __init__(self, files, platform, plan):
        """``files``: (classes, data) of each DEX file."""
        self.platform, self.plan = platform, plan
        self.supers, self.interfaces, self.declared, self.sites = {}, {}, {}, defaultdict(list)
        for classes, data in files:
            fresh = {cls.name for cls in classes} - set(self.supers)
            seen = set()
            for cls in classes:
                if cls.name in fresh and cls.name not in seen:
                    seen.add(cls.name)
                    self.supers[cls.name] = None if cls.superclass == cls.name else cls.superclass
                    self.interfaces[cls.name] = cls.interfaces
                    self.declared[cls.name] = {name + proto: code is not None for name, proto, code in cls.methods}
            plain = Reference(data)
            for index, item in plain.bodies:
                owner, _, member = plain.methods[index].partition("->")
                if owner not in fresh:
                    continue
                rows = self.sites[owner, member]
                if rows:
                    continue
                rows.append((0, 0, ""))
                for at, opcode, units in plain.instructions(item):
                    if 0x6E <= opcode <= 0x78 and opcode != 0x73 and units[1] < len(plain.methods):
                        rows.append((at, opcode, plain.methods[units[1]]))
                    elif opcode == 0x22 and units[1] < len(plain.types):
                        rows.append((at, opcode, plain.types[units[1]]))
                    elif 0x60 <= opcode <= 0x6D and units[1] < len(plain.fields):
                        rows.append((at, opcode, plain.fields[units[1]].partition("->")[0]))
        self._break_rings()

    def _break_rings(self):
        def parents(name):
            if name in self.supers:
                return {self.supers[name], *self.interfaces[name]} - {None, name}
            return {above for above in self.platform.supers(name) if above not in self.supers}

        def above(name):
            seen, pending = set(), [name]
            while pending:
                for parent in parents(pending.pop()):
                    if parent not in seen:
                        seen.add(parent)
                        pending.append(parent)
            return seen

        # What stands above itself, or between two such classes, has no ancestors.
        in_ring = {name for name in self.supers if name in above(name)}
        between = {
            name for name in self.supers if above(name) & in_ring and any(name in above(other) for other in in_ring)
        }
        self.lost = in_ring | between
        for name in self.lost:
            self.supers[name], self.interfaces[name] = None, ()
        names = set(self.supers) | {p for n in self.supers for p in parents(n)}
        self.above = {name: above(name) for name in names}

    def ancestors(self, name):
        if name in self.above:
            return self.above[name]
        seen, pending = set(), [name]
        while pending:
            for parent in self.platform.supers(pending.pop()):
                if parent not in seen:
                    seen.add(parent)
                    pending.append(parent)
        return seen

    def below(self, lower, upper):
        return lower == upper or upper in self.above.get(lower, ())

    def chain_of(self, name):
        while name in self.supers:
            yield name
            name = self.supers[name]

    def find(self, name, member):
        """Bodies that a class has for a member."""
        if member.startswith("<"):
            return [(name, member)] if self.declared.get(name, {}).get(member) else []
        for cls in self.chain_of(name):
            if member in self.declared[cls]:
                return [(cls, member)] if self.declared[cls][member] else []
        homes = [c for c in {name, *self.above.get(name, ())} if self.declared.get(c, {}).get(member)]
        return [(c, member) for c in homes if not any(c in self.above[o] for o in homes if o != c)]

    def exact(self, name, member):
        found = self.find(name, member)
        return sorted(found)[:1]

    def initializers(self, name):
        return [(cls, "<clinit>()V") for cls in self.chain_of(name) if self.declared[cls].get("<clinit>()V")]

    # --- rules ---

    def bodies_named(self, name):
        return {m for own in self.declared.values() for m, code in own.items() if code and m.partition("(")[0] == name}

    def has_body(self, member):
        return any(own.get(member) for own in self.declared.values())

    def line(self, kind):
        return [kind, *sorted(self.ancestors(kind), key=lambda n: (-len(self.ancestors(n)), n.encode()))]

    def rule_of(self, kind):
        return next((rule for rule in self.plan.implicit.types if rule.type == kind), None)

    def like(self, members):
        """Members of the app that are meant by platform members."""
        every = {m for own in self.declared.values() for m in own}
        found = set()
        for member in members:
            name, _, proto = member.partition("(")
            found |= {m for m in every if m == member or (proto == "*" and m.partition("(")[0] == name)}
        return found

    def named(self, kind, name):
        found = set()
        for cls in self.line(kind):
            if cls in self.supers:
                found |= {m for m in self.declared[cls] if m.partition("(")[0] == name and name[0] != "<"}
            else:
                found |= self.like(m for m in self.platform.methods(cls) if m.partition("(")[0] == name)
        line = [cls for cls in self.line(kind) if cls != OBJECT]
        vague = kind == OBJECT or not any(cls in self.supers or self.platform.methods(cls) for cls in line)
        if not found and vague:
            found = {
                m for c, own in self.declared.items() for m, code in own.items()
                if code and m.partition("(")[0] == name and self.below(c, kind)
            }  # fmt: skip
        return {m for m in found if self.has_body(m)}

    def everything(self, kind):
        found = {m for m in self.declared.get(kind, ()) if m[0] != "<"} | self.like(self.platform.methods(kind))
        return {m for m in found - BASIC if self.has_body(m)}

    def by_rule(self, kind, rule):
        found = {}
        for name, phase in rule.methods.items():
            if name != "*":
                for member in self.named(kind, name):
                    found.setdefault(member, phase)
        if "*" in rule.methods:
            for member in self.everything(kind):
                found.setdefault(member, rule.methods["*"])
        return found

    def handed_over(self, kind):
        found = {}
        for cls in self.line(kind):
            rule = self.rule_of(cls)
            if rule and not rule.alive:
                for member, phase in self.by_rule(cls, rule).items():
                    found.setdefault(member, phase)
        if kind != OBJECT and not self.rule_of(kind):
            ruled = [cls for cls in self.line(kind) if cls != OBJECT and self.rule_of(cls)]
            settled = {member for cls in ruled for member in self.platform.methods(cls)}
            for member in self.like(set(self.platform.callbacks(kind)) - settled):
                if self.has_body(member):
                    found.setdefault(member, "start")
        return found

    def implied(self, signature):  # noqa: C901  # the rules one after the other, plainly
        """(type, member, phase) that a call makes run."""
        owner, _, member = signature.partition("->")
        given, settled = parameters(member), set()
        for rule in self.plan.implicit.calls:
            top, _, pattern = rule.method.partition("->")
            if not (pattern == member or (pattern.endswith("(*") and pattern[:-2] == member.partition("(")[0])):
                continue
            if owner != top:
                if top not in self.ancestors(owner) or member.startswith("<"):
                    continue
                hidden = False
                for cls in self.chain_of(owner):
                    if cls == top:
                        break
                    hidden |= member in self.declared[cls]
                if hidden:
                    continue
            kind = owner if rule.argument < 0 else given[rule.argument] if rule.argument < len(given) else None
            if kind is None:
                continue
            settled.add(rule.argument)
            for name in rule.runs:
                for shape in self.named(kind, name):
                    yield kind, shape, rule.phase
        if any(member in self.declared.get(cls, ()) for cls in {owner, *self.ancestors(owner)}):
            return
        for number, kind in enumerate(given):
            if number not in settled and kind not in self.supers and any(kind in a for a in self.above.values()):
                for shape, phase in self.handed_over(kind).items():
                    yield kind, shape, phase

    def life(self, cls):
        """(body, phase) of what runs on every object of a class."""
        found = {}
        rows = [
            (member, phase, rule.type)
            for rule in self.plan.implicit.types
            if rule.alive and self.below(cls, rule.type)
            for member, phase in self.by_rule(rule.type, rule).items()
        ]
        for member, phase, _ in sorted(rows, key=lambda row: (-len(self.ancestors(row[2])), row[2].encode())):
            for body in self.find(cls, member):
                found.setdefault(body, phase)
        return found

    # --- the search ---

    def steps(self, body, start_only):  # noqa: C901  # the rules one after the other, plainly
        """(kind, …) of everything a body does."""
        for _, opcode, target in self.sites.get(body, ()):
            if opcode == 0x22:
                if target in self.supers:
                    yield "new", target
                yield "init", target
            elif 0x60 <= opcode <= 0x6D:
                yield "init", target
            elif opcode:
                owner, _, member = target.partition("->")
                if opcode in VIRTUAL:
                    yield "virtual", owner, member
                elif opcode in DIRECT:
                    for found in self.exact(owner, member):
                        yield "body", found
                elif opcode in STATIC:
                    for found in self.exact(owner, member):
                        yield "body", found
                        yield "init", found[0]
                elif opcode in SUPER:
                    above = self.supers.get(body[0])
                    is_interface = any(
                        owner in above and name != owner for name, above in self.interfaces.items()
                    ) or any(owner in self.platform.supers(n)[1:] for n in self.above if n not in self.supers)
                    begin = owner if is_interface and owner != above else above
                    for found in self.exact(begin, member) if begin else ():
                        yield "body", found
                for kind, shape, phase in self.implied(target):
                    if phase == "start" or not start_only:
                        yield "virtual", kind, shape

    def entries(self, start_only):
        bodies, owners = set(), set()
        for root in self.plan.roots:
            if root.owner not in self.supers or (start_only and root.phase != "start"):
                continue
            own = dict.fromkeys(self.initializers(root.owner), "start")
            if self.declared[root.owner].get("<init>()V"):
                own[root.owner, "<init>()V"] = "start"
            if root.methods:
                for name, phase in root.methods.items():
                    for member in self.named(root.owner, name):
                        for found in self.exact(root.owner, member):
                            own.setdefault(found, phase)
                            own[found] = min(own[found], phase, key=("start", "system", "user").index)
            else:
                for found, phase in self.life(root.owner).items():
                    own.setdefault(found, phase)
            mine = {b for b, phase in own.items() if phase == "start" or not start_only}
            bodies |= mine
            if mine or not own or not start_only:
                owners.add(root.owner)
        return bodies, owners

    def search(self, start_only):  # noqa: C901  # the rules one after the other, plainly
        """Return body → number of steps."""
        roots, owners = self.entries(start_only)
        reached, alive, created = set(roots), set(owners), set()

        def leads_to(body):
            for step in self.steps(body, start_only):
                if step[0] == "body":
                    yield step[1]
                elif step[0] == "init":
                    yield from self.initializers(step[1])
                elif step[0] == "new":
                    created.add(step[1])
                    alive.add(step[1])
                    for found, phase in self.life(step[1]).items():
                        if phase == "start" or not start_only:
                            yield found
                else:
                    for cls in list(alive):
                        if self.below(cls, step[1]):
                            yield from self.find(cls, step[2])

        while True:
            before = len(reached), len(alive)
            for body in list(reached):
                reached.update(leads_to(body))
            if (len(reached), len(alive)) == before:
                break
        depth, line, level = dict.fromkeys(roots, 0), set(roots), 0
        while line:
            level += 1
            line = {found for body in line for found in leads_to(body)} - depth.keys()
            depth.update(dict.fromkeys(line, level))
        assert depth.keys() == reached
        return depth
