"""A page: its numbered places and the patches that change it (docs/protocol.md, 3, 4, 6 and 7)."""

import re

import tree
from tree import Node, comment, text
from wire import BOOLEAN, COMMENT, FILL, RAW, RCDATA, SELECT, TEXTAREA

REGION = re.compile(r"v(\d+)\Z")
NEVER = float("inf")
SHADOWED = {"value", "checked", "selected", "muted"}


class Mismatch(Exception):
    """A node is not what it must be."""

    def __init__(self, region):
        super().__init__(region.number)
        self.region = region


class Region:
    """A part of the page with numbers of its own."""

    def __init__(self, number, start, outer):
        self.number = number
        self.start = start
        self.outer = outer
        self.places = {0: start}
        self.next = 1
        self.stale = False

    def add(self, node):
        node.place, node.region = self.next, self.number
        self.places[self.next] = node
        self.next += 1


def is_raw(node):
    return "!" in (node.get("v") or "").split(" ")


def closing(start):
    """The comment that ends what `start` opens, or None."""
    end = "?" if start.data == "" else "/" + start.data
    depth = 0
    node = start.next
    while node:
        if node.is_comment:
            if node.data == end:
                if depth == 0:
                    return node
                depth -= 1
            elif node.data == start.data:
                depth += 1
            elif node.data == "v!":
                node = closing(node) or node
        node = node.next
    return None


class Page:
    """A page that patches are applied to. `host` is told what is not about the tree."""

    def __init__(self, html, host):
        self.host = host
        self.root = tree.parse(html)
        self.body = next((node for node in self.root.elements() if node.tag == "body"), self.root)
        self.head = next((node for node in self.root.elements() if node.tag == "head"), self.root)
        self.regions = {}
        self.told_by = {}
        self.kept = {}
        self.scan(self.body.children, None)
        self.take_stream()

    @property
    def token(self):
        for node in self.head.elements():
            if node.tag == "meta" and node.get("name") == "vango":
                return node.get("content") or ""
        return ""

    @property
    def title(self):
        for node in self.head.elements():
            if node.tag == "title":
                return " ".join(node.text.split())
        return ""

    def content(self):
        """Region 0's content as markup."""
        parent, first, end = self.room(self.regions[0].start, self.regions[0])
        return "".join(tree.write(node) for node in between(first, end))

    # Places

    def open_region(self, number, start, outer):
        region = self.regions[number] = Region(number, start, outer)
        return region

    def scan(self, nodes, region):
        """Numbers the places among siblings and below them. Gives the region that it ends in."""
        skip_to = None
        for node in list(nodes):
            if skip_to is not None:
                if node is skip_to:
                    skip_to = None
                continue
            if node.tag:
                if region and "v" in node.attributes:
                    region.add(node)
                if not is_raw(node) and node.tag != "template":
                    region = self.scan(node.children, region)
            elif node.is_comment:
                opens = REGION.match(node.data)
                if node.data == "":
                    if region:
                        region.add(node)
                elif node.data == "v!":
                    skip_to = closing(node)
                elif opens:
                    region = self.open_region(int(opens[1]), node, region)
                elif region and node.data == f"/v{region.number}":
                    region = region.outer
        return region

    def counts(self):
        return {str(number): region.next - 1 for number, region in self.regions.items()}

    def drop(self, node):
        """Forgets the places and regions at and below a node that leaves the page."""
        for each in [node, *node.walk()]:
            region = self.regions.get(each.region)
            if each.place and region and region.places.get(each.place) is each:
                del region.places[each.place]
            elif each.is_comment and REGION.match(each.data):
                number = int(each.data[1:])
                if number in self.regions and self.regions[number].start is each:
                    del self.regions[number]

    def take_stream(self):
        """Puts the contents of async regions that came with the page in their places."""
        for node in list(self.body.children):
            number = node.get("data-vango") if node.tag == "template" else None
            end = node.next if number else None
            # Without what follows it, it was cut off.
            if end is None or end.tag != "vango-async":
                continue
            waiting = self.regions.get(int(number))
            if waiting:
                region, parent, before = self.open_content(int(number), waiting)
                nodes = list(node.children)
                for each in nodes:
                    parent.insert(each, before)
                self.scan(nodes, region)
            end.remove()
            node.remove()

    # Looking, with suspicion

    def target(self, region, place):
        node = region.places.get(place)
        if node is None or not node.is_in(self.root):
            raise Mismatch(region)
        return node

    def element(self, region, place):
        node = self.target(region, place)
        if not node.tag:
            raise Mismatch(region)
        return node

    def item(self, region, place, parent):
        if place == 0:
            return None
        node = self.target(region, place)
        if node.parent is not parent:
            raise Mismatch(region)
        return node

    def room(self, node, region):
        """Where a place's content stands: (parent, first, what follows the last)."""
        if node.tag:
            return node, node.children[0] if node.children else None, None
        end = closing(node) if node.is_comment else None
        if end is None:
            raise Mismatch(region)
        return node.parent, node.next, end

    def behind(self, node, region):
        """What follows an item."""
        return self.room(node, region)[2].next if node.is_comment else node.next

    # Operations

    def apply(self, operations):
        for op in operations:
            try:
                self.perform(op)
            except Mismatch as mismatch:
                mismatch.region.stale = True
                self.host.mismatch(mismatch.region.number)

    def perform(self, op):
        kind = op["op"]
        if kind == "render":
            self.render(op["region"], op["html"])
        elif kind == "async-replace":
            self.replace_region(op["region"], op["value"])
        elif kind == "head":
            self.set_head(op["entry"])
        elif "place" not in op:
            self.host.told(op)
        else:
            region = self.regions.get(op["region"])
            if region and not region.stale:
                getattr(self, "do_" + kind.replace("-", "_"))(op, region, op["place"])

    def do_text(self, op, region, place):
        node = self.target(region, place)
        parent, first, end = self.room(node, region)
        held = list(between(first, end))
        if node.tag != "textarea" and (len(held) > 1 or held and not held[0].is_text):
            raise Mismatch(region)
        set_text(parent, held, end, op["text"])
        if node.tag == "textarea":
            self.set_control(node, "value", op["text"])

    def do_attr(self, op, region, place):
        self.element(region, place).attributes[op["name"]] = op["text"]

    def do_remove_attr(self, op, region, place):
        self.element(region, place).attributes.pop(op["name"], None)

    def do_insert(self, op, region, place):
        parent, _, end = self.room(self.target(region, place), region)
        before = self.item(region, op["before"], parent) or end
        for value in op["values"]:
            self.build_item(value, region, parent, before)

    def do_remove(self, op, region, place):
        node = self.target(region, place)
        self.remove_range(node, self.behind(node, region))

    def do_move(self, op, region, place):
        node = self.target(region, place)
        before = self.item(region, op["before"], node.parent)
        if before is None:
            parent, _, before = self.room(self.target(region, op["list"]), region)
            if parent is not node.parent:
                raise Mismatch(region)
        self.move(node, before, region)

    def do_swap(self, op, region, place):
        a = self.target(region, place)
        b = self.item(region, op["other"], a.parent)
        if b is None:
            raise Mismatch(region)
        after_a, after_b = self.behind(a, region), self.behind(b, region)
        if after_b is not a:
            self.move(a, after_b, region)
        if after_a is not b:
            self.move(b, after_a, region)

    def do_replace(self, op, region, place):
        node = self.target(region, place)
        parent, first, end = self.room(node, region)
        self.remove_range(first, end)
        self.build(op["value"], region, parent, end)

    def do_substitute(self, op, region, place):
        node = self.target(region, place)
        self.build_item(op["value"], region, node.parent, node)
        self.remove_range(node, self.behind(node, region))

    def do_value(self, op, region, place):
        self.set_control(self.element(region, place), "value", op["text"])

    def do_property(self, op, region, place):
        self.set_control(self.element(region, place), op["name"].lower(), op["on"])

    def do_html(self, op, region, place):
        node = self.element(region, place)
        for child in list(node.children):
            child.remove()
        for child in list(tree.parse(op["text"]).children):
            node.insert(child)

    def do_focus(self, op, region, place):
        self.element(region, place)

    def move(self, node, before, region):
        if node is before:
            return
        parent = node.parent
        for each in list(between(node, self.behind(node, region))):
            parent.insert(each, before)

    def remove_range(self, first, end):
        for node in list(between(first, end)):
            self.drop(node)
            node.remove()

    def render(self, number, html):
        region = self.regions.get(number)
        if not region:
            return
        region.stale = False
        parent, first, end = self.room(region.start, region)
        for node in between(first, end):
            self.drop(node)
        self.morph(parent, list(between(first, end)), end, list(tree.parse(html).children))
        region.places, region.next = {0: region.start}, 1
        self.scan(list(between(region.start.next, end)), region)

    def morph(self, parent, old, end, new):
        """Makes the siblings `old` like `new`, keeping those that are alike."""
        for wanted in new:
            at = next((i for i, node in enumerate(old) if alike(node, wanted)), None)
            if at is None:
                parent.insert(wanted, old[0] if old else end)
                continue
            for node in old[:at]:
                node.remove()
            node = old[at]
            del old[:at + 1]
            node.place = 0
            if node.is_text:
                node.data = wanted.data
            elif node.tag:
                node.attributes = dict(wanted.attributes)
                edited = self.is_edited(node)
                if not edited:
                    node.value = node.checked = None
                if not (edited and node.tag == "textarea"):
                    self.morph(node, list(node.children), None, list(wanted.children))
        for node in old:
            node.remove()

    def replace_region(self, number, value):
        root = self.root
        waiting = self.regions.get(number)
        old = waiting if waiting and waiting.start.is_in(root) else self.regions.get(number + 1)
        if old and old.start.is_in(root):
            region, parent, before = self.open_content(number, old)
            self.build(value, region, parent, before)

    def open_content(self, number, old):
        """Empties a region and makes it the one of its content."""
        parent, first, end = self.room(old.start, old)
        self.remove_range(first, end)
        self.regions.pop(old.number, None)
        old.start.data, end.data = f"v{number + 1}", f"/v{number + 1}"
        return self.open_region(number + 1, old.start, old.outer), parent, end

    def set_head(self, entry):
        if not isinstance(entry, dict) or not isinstance(entry.get("k"), str):
            return
        key, tag = entry["k"], entry.get("t")
        is_title = key == "title"
        old = next(
            (
                node for node in self.head.elements()
                if (node.tag == "title" if is_title else node.get("data-vh") == key)
            ),
            None,
        )
        if not isinstance(tag, str) and not is_title:
            if old:
                old.remove()
            return
        fresh = Node("title" if is_title else tag)
        fresh.attributes = {name: str(value) for name, value in (entry.get("a") or {}).items()}
        if not is_title:
            fresh.attributes["data-vh"] = key
        if entry.get("x"):
            fresh.insert(text(entry["x"]))
        self.head.insert(fresh, old)
        if old:
            old.remove()

    # Values

    def build(self, value, region, parent, before):
        kind = value[0]
        if kind == "text":
            if value[1]:
                parent.insert(text(value[1]), before)
        elif kind == "list":
            for item in value[1]:
                self.build_item(item, region, parent, before)
        elif kind == "raw":
            _, end = pair("v!", parent, before)
            for node in list(tree.parse(value[1]).children):
                parent.insert(node, end)
        elif kind == "async":
            _, number, placeholder, content = value
            start, end = pair(f"v{number}", parent, before)
            inner = self.open_region(number, start, region)
            if placeholder is None:
                return self.build(content, inner, parent, end)
            tag, classes, transition = placeholder
            element = Node(tag)
            element.attributes = {"data-async-id": str(number), "class": classes, "aria-busy": "true"}
            if transition:
                element.attributes["data-async-transition"] = ""
            parent.insert(element, end)
            self.build(content, inner, element, None)
        elif kind == "template":
            self.build_template(value[1], value[2], region, parent, before)

    def build_item(self, value, region, parent, before):
        if value[0] == "template":
            roots = tree.parse(value[1].html).children
            if len(roots) == 1 and roots[0].tag:
                return self.build(value, region, parent, before)
        start, end = pair("", parent, before)
        region.add(start)
        self.build(value, region, parent, end)

    def build_template(self, template, holes, region, parent, before):
        content = tree.parse(template.html)
        places = [
            node for node in content.walk()
            if (node.tag and "v" in node.attributes) or (node.is_comment and node.data == "")
        ]
        if len(places) != template.places:
            raise Mismatch(region)
        for node in list(content.children):
            parent.insert(node, before)
        numbered = 0
        for (kind, place, name), hole in zip(template.holes, holes):
            for node in places[numbered:place + 1]:
                region.add(node)
            numbered = max(numbered, place + 1)
            self.fill(kind, name, hole, places[place], region)
        for node in places[numbered:]:
            region.add(node)

    def fill(self, kind, name, hole, node, region):
        if kind == COMMENT:
            return self.build(hole, region, node.parent, node.next)
        if kind == FILL:
            return self.build(hole, region, node, None)
        if hole is None:
            return
        string = "" if hole is True else hole
        if kind == BOOLEAN:
            node.attributes[string.lower()] = ""
        elif kind == SELECT:
            choose(node, string)
        elif kind == RAW:
            for child in list(tree.parse(string).children):
                node.insert(child)
        elif kind in (TEXTAREA, RCDATA):
            if string:
                node.insert(text(string))
        else:
            node.attributes[name] = string

    # Typed text

    def is_edited(self, node):
        while node:
            if node.tag in tree.CONTROLS:
                return node in self.told_by
            node = node.parent
        return False

    def edit(self, control):
        self.told_by[control] = NEVER

    def tell(self, control, event):
        if control in self.told_by:
            self.told_by[control] = event

    def untell(self):
        for control in self.told_by:
            self.told_by[control] = NEVER

    def acknowledge(self, event):
        self.told_by = {node: by for node, by in self.told_by.items() if by > event}

    def apply_kept(self):
        for node in [node for node in self.kept if not self.is_edited(node)]:
            for name, value in self.kept.pop(node).items():
                self.set_control(node, name, value)

    def set_control(self, node, name, value):
        if name in SHADOWED and self.is_edited(node):
            self.kept.setdefault(node, {})[name] = value
            return
        self.kept.get(node, {}).pop(name, None)
        if value is True:
            node.attributes[name] = ""
        elif value is False:
            node.attributes.pop(name, None)
        elif node.tag == "select":
            return choose(node, value)
        elif node.tag != "textarea":
            node.attributes[name] = value
        if name in ("checked", "selected"):
            node.checked = value
        elif name == "value":
            node.value = value


def between(first, end):
    """Siblings from `first` up to `end`."""
    node = first
    while node is not None and node is not end:
        following = node.next
        yield node
        node = following


def pair(data, parent, before):
    start, end = comment(data), comment("?" if data == "" else "/" + data)
    parent.insert(start, before)
    parent.insert(end, before)
    return start, end


def set_text(parent, held, end, string):
    for node in held[1:] if string else held:
        node.remove()
    if not string:
        return
    if held:
        held[0].data = string
    else:
        parent.insert(text(string), end)


def choose(select, value):
    for option in tree.options_of(select):
        option.checked = tree.option_value(option) == value


def alike(a, b):
    if a.tag:
        return a.tag == b.tag and a.get("id") == b.get("id") and a.get("name") == b.get("name")
    return not b.tag and a.is_comment == b.is_comment and (a.is_text or a.data == b.data)
