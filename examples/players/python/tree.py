"""A page as a plain tree: nodes, markup to nodes, nodes to markup."""

import re
from html import escape
from html.parser import HTMLParser

VOID = set("area base br col embed hr img input link meta source track wbr".split())
RAW_TEXT = {"script", "style"}
CONTROLS = {"input", "select", "textarea"}


class Node:
    """A text, a comment, or an element (`tag` is set)."""

    def __init__(self, tag=None, data=None, is_comment=False):
        self.tag = tag
        self.data = data
        self.is_comment = is_comment
        self.attributes = {}
        # What the user or a patch has made of a control; None: what the attributes say.
        self.value = None
        self.checked = None
        self.children = []
        self.parent = None
        self.place = 0
        self.region = 0

    @property
    def is_text(self):
        return self.tag is None and not self.is_comment

    def get(self, name):
        return self.attributes.get(name)

    @property
    def next(self):
        siblings = self.parent.children
        at = index_of(siblings, self) + 1
        return siblings[at] if at < len(siblings) else None

    def remove(self):
        if self.parent:
            del self.parent.children[index_of(self.parent.children, self)]
            self.parent = None

    def insert(self, node, before=None):
        """Puts a node before a child, or at the end."""
        if node is before:
            return
        node.remove()
        siblings = self.children
        siblings.insert(len(siblings) if before is None else index_of(siblings, before), node)
        node.parent = self

    def is_in(self, root):
        node = self.parent
        while node and node is not root:
            node = node.parent
        return node is root

    def walk(self):
        """What stands below, in document order; the contents of templates are no part of it."""
        for child in list(self.children):
            yield child
            if child.tag != "template":
                yield from child.walk()

    def elements(self):
        return (node for node in self.walk() if node.tag)

    @property
    def text(self):
        return "".join(node.data for node in self.walk() if node.is_text)

    def copy(self):
        twin = Node(self.tag, self.data, self.is_comment)
        twin.attributes = dict(self.attributes)
        for child in self.children:
            twin.insert(child.copy())
        return twin


def index_of(nodes, node):
    for i, each in enumerate(nodes):
        if each is node:
            return i
    raise ValueError("the node is not there")


def comment(data):
    return Node(data=data, is_comment=True)


def text(data):
    return Node(data=data)


class Builder(HTMLParser):
    """Builds a tree from markup that is as regular as a Vango server writes it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = Node("#root")
        self.open = [self.root]
        self.line = False

    def add(self, node):
        self.line = False
        self.open[-1].insert(node)

    def handle_starttag(self, tag, attrs):
        element = Node(tag)
        for name, value in attrs:
            element.attributes.setdefault(name, value or "")
        self.add(element)
        if tag not in VOID:
            self.open.append(element)
        # A line feed right behind these is not part of their text.
        self.line = tag in ("textarea", "pre")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        for i in range(len(self.open) - 1, 0, -1):
            if self.open[i].tag == tag:
                del self.open[i:]
                break

    def handle_data(self, data):
        if self.line and data.startswith("\n"):
            data = data[1:]
        last = self.open[-1].children[-1:]
        if last and last[0].is_text:
            last[0].data += data
        elif data:
            self.add(text(data))

    def handle_comment(self, data):
        self.add(comment(data))

    def handle_pi(self, data):
        # `<?>` in markup is a comment whose data is a question mark.
        self.add(comment("?" + data))


def parse(markup):
    """Markup to a root with its nodes."""
    builder = Builder()
    builder.feed(markup)
    builder.close()
    return builder.root


def write(node):
    """A node as markup, marks included."""
    if node.is_comment:
        return f"<!--{node.data}-->"
    if node.tag is None:
        return node.data if node.parent.tag in RAW_TEXT else escape(node.data, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    content = "".join(write(child) for child in node.children)
    line = "\n" if node.tag in ("textarea", "pre") and content.startswith("\n") else ""
    return f"<{node.tag}{attributes}>{line}{content}</{node.tag}>"


# Controls


def input_type(element):
    return (element.get("type") or "text").lower() if element.tag == "input" else ""


def is_checked(element):
    return "checked" in element.attributes if element.checked is None else element.checked


def options_of(select):
    return [node for node in select.elements() if node.tag == "option"]


def is_chosen(option):
    return "selected" in option.attributes if option.checked is None else option.checked


def option_value(option):
    value = option.get("value")
    return re.sub(r"\s+", " ", option.text).strip() if value is None else value


def chosen(select):
    """The values of the chosen options; a single select shows its first by itself."""
    options = options_of(select)
    on = [option for option in options if is_chosen(option)]
    if "multiple" in select.attributes:
        return [option_value(option) for option in on]
    shown = on[-1:] or [option for option in options if "disabled" not in option.attributes][:1]
    return [option_value(option) for option in shown]


def control_text(control):
    if control.tag == "select":
        return (chosen(control) or [""])[0]
    if control.value is not None:
        return control.value
    if control.tag == "textarea":
        return control.text
    default = "on" if input_type(control) in ("checkbox", "radio") else ""
    return control.attributes.get("value", default)


def control_value(control):
    """What an event says of a control."""
    if input_type(control) == "checkbox":
        return is_checked(control)
    if input_type(control) == "file":
        return []
    if control.tag == "select" and "multiple" in control.attributes:
        return chosen(control)
    return control_text(control)


def is_disabled(element):
    if "disabled" in element.attributes:
        return True
    node = element.parent
    while node:
        if node.tag == "fieldset" and "disabled" in node.attributes:
            return True
        node = node.parent
    return False


def reset(form):
    """Has a form show again what its attributes say."""
    for node in form.elements():
        node.value = node.checked = None


def form_fields(form, submitter=None):
    """The fields of a form as its event tells them."""
    fields = []
    for control in form.elements():
        name = control.get("name")
        if control.tag not in CONTROLS or not name or is_disabled(control):
            continue
        kind = input_type(control)
        if kind in ("submit", "button", "image", "reset"):
            continue
        if kind in ("checkbox", "radio"):
            if is_checked(control):
                fields.append([name, control_text(control)])
            continue
        value = control_value(control)
        fields += [[name, each] for each in (value if isinstance(value, list) else [value])]
    if submitter is not None and submitter.get("name"):
        fields.append([submitter.get("name"), submitter.get("value") or ""])
    return fields
