"""What a person does with a page, and what the page does then (docs/protocol.md, 5 and 7)."""

from urllib.parse import urljoin, urlsplit

import tree
import wire

TEXT_TYPES = set("text search email url tel password number date time month week color range datetime-local".split())


class User:
    """Acts on the page that a player plays."""

    def __init__(self, player):
        self.player = player

    def find(self, name):
        for node in self.player.page.root.elements():
            if node.get("id") == name:
                return node
        raise LookupError(f"nothing has the id {name}")

    def click(self, target):
        button = enclosing(target, {"button", "input", "select", "textarea", "option"})
        if button and tree.is_disabled(button):
            return
        kind = tree.input_type(target)
        was = tree.is_checked(target)
        others = []
        if kind == "checkbox":
            target.checked = not was
        elif kind == "radio" and not was:
            others = [
                node for node in self.player.page.root.elements()
                if tree.input_type(node) == "radio" and node.get("name") == target.get("name")
                and tree.is_checked(node)
            ]
            for node in others:
                node.checked = False
            target.checked = True
        toggled = kind in ("checkbox", "radio") and target.checked != was
        if self.player.dispatch(target, "click"):
            if toggled:
                target.checked = was
                for node in others:
                    node.checked = True
        elif toggled:
            self.player.page.edit(target)
            self.player.dispatch(target, "input", tree.control_value(target))
            self.player.dispatch(target, "change", tree.control_value(target))
        else:
            self.act(target, button)

    def act(self, target, button):
        """What a page does with a click by itself."""
        if button and button.tag in ("button", "input"):
            kind = tree.input_type(button) if button.tag == "input" else button.get("type") or "submit"
            form = enclosing(button, {"form"})
            if kind in ("submit", "image") and form:
                self.submit(form, button)
            return
        label, link = enclosing(target, {"label"}), enclosing(target, {"a"})
        if label:
            wanted = label.get("for")
            for node in (self.player.page.root if wanted else label).elements():
                if node.tag in tree.CONTROLS and (not wanted or node.get("id") == wanted):
                    return self.click(node)
        elif link and "href" in link.attributes:
            self.follow(link)

    def follow(self, link):
        if any(name in link.attributes for name in ("target", "download", "data-reload")):
            return
        url = urlsplit(urljoin(self.player.url.geturl(), link.get("href")))
        same = (url.path, url.query) == (self.player.url.path, self.player.url.query)
        if (url.scheme, url.netloc) != (self.player.url.scheme, self.player.url.netloc) or same and url.fragment:
            return
        path = url.path + ("?" + url.query if url.query else "") + ("#" + url.fragment if url.fragment else "")
        mode = "replace" if same else "push"
        self.player.flush()
        self.player.push(lambda seq, ack: wire.navigate_frame(seq, ack, path, mode))

    def submit(self, form, submitter=None):
        before = self.player.last_event
        self.player.dispatch(form, "submit", tree.form_fields(form, submitter))
        if "data-reset" in form.attributes and self.player.last_event > before:
            tree.reset(form)

    def type(self, control, string):
        if tree.is_disabled(control) or "readonly" in control.attributes:
            return
        control.value = string
        self.player.page.edit(control)
        self.player.dispatch(control, "input", tree.control_value(control))

    def press(self, target, key):
        prevented = self.player.dispatch(target, "keydown", [key])
        self.player.dispatch(target, "keyup", [key])
        form = enclosing(target, {"form"})
        if key == "Enter" and not prevented and form and tree.input_type(target) in TEXT_TYPES:
            self.submit(form)


def enclosing(node, tags):
    """The nearest element of these names, from a node outwards."""
    while node is not None and node.tag not in tags:
        node = node.parent
    return node
