"""A Vango player without a screen, written to docs/protocol.md.

    python3 player.py http://localhost:8000/

plays a page and prints it whenever it changes. Without an address it is driven by lines of JSON, as
section 10 of the document has it.
"""

import heapq
import itertools
import json
import queue
import random
import sys
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

import tree
import wire
from page import Page
from user import User
from websocket import Closed, WebSocket
from wire import Broken

SILENCE, PATIENCE = 25, 10
ACK_EVERY, ACK_AFTER = 32, 1
MOST_PENDING = 1024
SHELL_END = b"<!--/v0-->"
# Seconds that a page's stream is read behind its shell.
STREAM_PATIENCE = 0.2
# Types that are for the element itself.
STAYS = set("focus blur pointerenter pointerleave mouseenter mouseleave scroll toggle load error invalid".split())


class Pending:
    """An event that is not settled yet."""

    def __init__(self, seq, ack, encode):
        self.seq = seq
        self.ack = ack
        self.encode = encode


class Player:
    """Plays one page at a time. All of it runs on one thread; others put into `self.inbox`."""

    def __init__(self):
        self.inbox = queue.Queue()
        self.timers = []
        self.order = itertools.count()
        self.cookies = {}
        self.facts = {
            "platform": "desktop",
            "capabilities": {"keyboard": True},
            "screen": {"width": 1280, "height": 800},
        }
        self.page = None
        self.socket = None
        self.state = "closed"
        self.changed = lambda: None
        self.user = User(self)

    # The loop

    def run(self, handle):
        """Hands what comes to `handle`, until it gives False, and fires timers in between."""
        while True:
            wait = self.timers[0][0] - time.monotonic() if self.timers else None
            try:
                item = self.inbox.get(timeout=None if wait is None else max(wait, 0))
            except queue.Empty:
                timer = heapq.heappop(self.timers)[2]
                if timer.task:
                    timer.task()
                continue
            if callable(item):
                item()
            elif handle(item) is False:
                return

    def later(self, seconds, task):
        timer = Timer(task)
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), timer))
        return timer

    # Loading

    def open(self, url):
        """Loads a page and connects."""
        self.close()
        request = urllib.request.Request(url, headers={"Accept": "text/html", **self.cookie_header()})
        response = urllib.request.urlopen(request, timeout=10)
        self.keep_cookies(response.headers)
        self.url = urlsplit(response.url)
        html = read_shell(response)
        self.records = []
        self.applied = self.last_event = self.acknowledged = self.rendered = 0
        self.durable = None
        self.pending = []
        self.unsaid = 0
        self.repeated = 0
        self.attempts = 0
        self.doubt = self.mounted = self.facts_changed = False
        self.held = None
        self.sent_at = {}
        self.ack_timer = self.retry = self.beat = None
        self.welcomed = False
        self.words = wire.Words()
        self.page = Page(html, self)
        self.token = self.page.token
        self.state = "connecting"
        self.connect()

    def origin(self):
        return f"{self.url.scheme}://{self.url.netloc}"

    def cookie_header(self):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookie} if cookie else {}

    def keep_cookies(self, headers):
        for line in headers.get_all("set-cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()

    # Connection

    def connect(self):
        self.retry = None
        socket = self.socket = object()
        headers = {"Origin": self.origin(), **self.cookie_header()}
        threading.Thread(target=self.dial, args=(socket, self.url, headers), daemon=True).start()

    def dial(self, mark, url, headers):
        """Runs on a thread of its own, as long as the connection lasts."""
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        try:
            socket = WebSocket(url.hostname, port, "/_vango/live", headers, secure)
        except (OSError, Closed):
            return self.inbox.put(lambda: self.socket is mark and self.lose(1006))
        self.inbox.put(lambda: self.opened(mark, socket))
        code = 1006
        try:
            while True:
                message = socket.receive()
                self.inbox.put(lambda message=message: self.socket is socket and self.take(message))
        except Closed as closed:
            code = closed.code
        except OSError:
            pass
        self.inbox.put(lambda: self.socket is socket and self.lose(code))

    def opened(self, mark, socket):
        if self.socket is not mark:
            return socket.close()
        self.socket = socket
        self.facts_changed = False
        hello = {
            "v": wire.VERSION,
            "token": self.token,
            **self.facts,
            "version": "python",
            "seq": self.applied,
            "event": self.last_event,
            "render": self.rendered,
            "places": self.page.counts(),
            "url": self.url.path + ("?" + self.url.query if self.url.query else ""),
            "deflate": True,
        }
        self.transmit(wire.json_frame(wire.HELLO, hello))
        self.heard()

    def transmit(self, frame):
        if isinstance(self.socket, WebSocket):
            try:
                self.socket.send(frame)
            except OSError:
                pass  # The thread that reads notices, too, and tells.

    def send(self, frame):
        """Sends a frame, if the server has said WELCOME."""
        if self.welcomed:
            self.transmit(frame)

    def disconnect(self, code=1000):
        for timer in (self.ack_timer, self.retry, self.beat):
            if timer:
                timer.task = None
        self.ack_timer = None
        self.welcomed = False
        socket, self.socket = self.socket, None
        if isinstance(socket, WebSocket):
            socket.close(code)

    def close(self):
        if self.page:
            self.disconnect()
            self.state = "closed"

    def lose(self, code):
        self.disconnect(1002 if code == 1002 else 1000)
        if code == 1008:
            self.state = "refused"
            return
        if code == 1002:
            self.doubt = True
            self.applied = self.unsaid = 0
            self.words = wire.Words()
        if code == 1013:
            self.attempts += 3
        self.state = "offline" if self.attempts else "connecting"
        longest = min(30, 0.5 * 2**min(self.attempts, 10))
        self.attempts += 1
        self.retry = self.later(random.random() * longest, self.connect)

    def heard(self):
        """Something came: the server has time again until it is asked."""
        if self.beat:
            self.beat.task = None
        self.beat = self.later(SILENCE, self.ping)

    def ping(self):
        self.transmit(bytes([wire.PING]))
        self.beat = self.later(PATIENCE, lambda: self.lose(1006))

    # Frames

    def take(self, message):
        self.heard()
        try:
            if not message:
                raise Broken("no binary message, or an empty one")
            if message[0] == wire.DEFLATED:
                message = wire.inflate(message[1:])
            self.receive(message)
        except Broken:
            self.lose(1002)
        self.changed()

    def receive(self, frame):
        reader = wire.Reader(frame)
        kind = reader.byte()
        if kind == wire.PATCH:
            self.patch(frame)
        elif kind == wire.WELCOME:
            self.welcome(wire.read_object(frame[1:]))
        elif kind == wire.DURABLE:
            self.durable = reader.varint()
            reader.finish()
            self.forget()
        elif kind == wire.ERROR:
            error = wire.read_object(frame[1:])
            self.records.append({"kind": "error", "error": error})
            if error.get("code") == "reload":
                self.lose(1008)
        elif kind == wire.PING:
            reader.finish()
            self.send(bytes([wire.PONG]))
        elif kind == wire.PONG:
            reader.finish()
        else:
            raise Broken("the frame's type is unknown")

    def welcome(self, frame):
        mode = frame.get("mode")
        if frame.get("v") != wire.VERSION or mode not in ("adopted", "resumed", "mounted", "restored"):
            raise Broken("a welcome of another version or an unknown mode")
        seq, ack = wire.read_number(frame.get("seq")), wire.read_number(frame.get("ack"))
        durable = frame.get("durable")
        durable = None if durable is None else wire.read_number(durable)
        self.welcomed = True
        self.repeated = seq
        if mode != "resumed":
            self.words = wire.Words()
        if mode == "restored":
            later = [each for each in self.pending if each.seq > ack]
            kept = later[0].seq if later else self.last_event + 1
            mode = "mounted" if self.doubt or kept > ack + 1 else mode
        if mode == "mounted":
            self.mounted = True
            self.page.untell()
            self.pending = []
            self.applied, self.last_event, self.acknowledged = seq, ack, ack
        else:
            if mode == "restored":
                self.applied = seq
            self.acknowledged = ack
            self.forget()
            for each in self.pending:
                if each.seq > ack:
                    self.send(each.encode(each.seq, each.ack))
            self.page.acknowledge(ack)
            self.page.apply_kept()
            if self.doubt:
                for region in self.page.regions.values():
                    region.stale = True
                    self.mismatch(region.number)
        self.unsaid = 0
        self.durable = durable
        self.forget()
        if self.facts_changed:
            self.send(wire.json_frame(wire.CLIENT, self.facts))
        self.facts_changed = self.doubt = False
        self.state = "live"

    def patch(self, frame):
        if not self.welcomed:
            raise Broken("a patch before the welcome")
        seq, acks, operations = wire.read_patch(frame, self.words)
        if seq <= self.applied:
            return
        if seq != self.applied + 1:
            raise Broken("the patch before this one is missing")
        # What repeated patches acknowledge, the welcome has acknowledged.
        if seq > self.repeated:
            self.acknowledged += acks
            self.forget()
            self.page.acknowledge(self.acknowledged)
        self.page.apply(operations)
        self.page.apply_kept()
        self.applied = seq
        if any(op["op"] == "render" for op in operations):
            self.rendered = seq
        self.attempts = 0
        self.unsaid += 1
        if self.unsaid >= ACK_EVERY:
            self.acknowledge()
        elif not self.ack_timer:
            self.ack_timer = self.later(ACK_AFTER, self.acknowledge)
        if self.mounted:
            self.mounted = False
            self.tell_edits()

    def acknowledge(self):
        if self.ack_timer:
            self.ack_timer.task = None
            self.ack_timer = None
        if self.unsaid and self.welcomed:
            self.unsaid = 0
            self.send(wire.number_frame(wire.ACK, self.applied))

    def forget(self):
        """Drops the events that nobody will ask for again."""
        safe = self.acknowledged if self.durable is None else min(self.acknowledged, self.durable)
        self.pending = [each for each in self.pending if each.seq > safe]

    # What the page tells

    def mismatch(self, region):
        self.send(wire.number_frame(wire.RENDER, region))

    def told(self, op):
        kind = op["op"]
        if kind == "ticket":
            return self.redeem(op["ticket"])
        if kind == "transition":
            return
        if kind == "url":
            self.url = urlsplit(urljoin(self.url.geturl(), op["url"]))
        fields = {name: value for name, value in op.items() if name != "op"}
        self.records.append({"kind": "load" if kind == "navigate" else kind, **fields})

    def redeem(self, ticket):
        body = json.dumps({"ticket": ticket, "token": self.token}).encode()
        headers = {"Origin": self.origin(), "Content-Type": "application/json", **self.cookie_header()}
        request = urllib.request.Request(self.origin() + "/_vango/session", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                self.keep_cookies(response.headers)
                self.token = json.load(response)["token"]
        except (OSError, ValueError, KeyError):
            pass  # The page goes on; its next handshake is refused, and loads it again.

    # Events

    def push(self, encode):
        """Numbers a frame and sends it, now or when the connection is back.

        Gives its number: 0 when it was dropped, because it is too large or too many wait.
        """
        if len(self.pending) >= MOST_PENDING:
            if self.pending[0].seq > self.acknowledged:
                return 0
            self.pending.pop(0)
        event = Pending(self.last_event + 1, self.applied, encode)
        if len(encode(event.seq, event.ack)) > wire.LARGEST_FRAME:
            return 0
        self.last_event = event.seq
        self.pending.append(event)
        self.send(encode(event.seq, event.ack))
        if self.welcomed:
            self.unsaid = 0
        return event.seq

    def dispatch(self, target, event_type, payload=None, bubbles=None):
        """Sends an event to its handlers, outwards. Tells whether the default is prevented."""
        prevented = False
        node = target
        while node is not None:
            for fields in handlers(node, event_type):
                self.hold(node, event_type, target, with_fields(payload, fields))
                plain = node.tag == "a" and (node.get("href") or "") in ("", "#")
                prevented = prevented or event_type == "submit" or event_type == "click" and plain
            prevented = prevented or says(node, "data-prevent-default", event_type)
            if event_type in STAYS or says(node, "data-stop-propagation", event_type):
                break
            node = node.parent
        return prevented

    def hold(self, node, event_type, target, payload):
        """Sends now, or later as the element says; one event at most is held back."""
        def deliver():
            region, place = node.region, node.place
            self.sent_at[node, event_type] = time.monotonic()
            number = self.push(
                lambda seq, ack: wire.event_frame(seq, ack, region, place, event_type, payload)
            )
            controls = target.elements() if target.tag == "form" else [target]
            for control in controls if number else ():
                self.page.tell(control, number)

        if self.held and self.held[0] == (node, event_type):
            self.held[2].task = None
            self.held = None
        else:
            self.flush()
        delay = number_of(node, "data-debounce")
        throttle = number_of(node, "data-throttle")
        last = self.sent_at.get((node, event_type))
        if not delay and throttle and last is not None:
            delay = last + throttle - time.monotonic()
        if delay <= 0:
            return deliver()
        self.held = ((node, event_type), deliver, self.later(delay, self.flush))

    def flush(self):
        held, self.held = self.held, None
        if held:
            held[2].task = None
            held[1]()

    def tell_edits(self):
        """Tells a server that has begun anew what the user has typed."""
        for control in list(self.page.told_by):
            if control.is_in(self.page.root):
                self.dispatch(control, "input", tree.control_value(control))
                self.dispatch(control, "change", tree.control_value(control))

    def resize(self, width, height):
        self.facts["screen"] = {"width": width, "height": height}
        if self.welcomed:
            self.send(wire.json_frame(wire.CLIENT, {"screen": self.facts["screen"]}))
        else:
            self.facts_changed = True


class Timer:
    """Something to be done later, unless its task is taken away."""

    def __init__(self, task):
        self.task = task


def read_shell(response):
    """A page without the regions that are still on their way: those come over the connection."""
    chunks = queue.Queue()

    def read():
        try:
            for chunk in iter(lambda: response.read1(65536), b""):
                chunks.put(chunk)
        except OSError:
            pass  # What has come is shown; the server sends the rest again.
        chunks.put(None)
        response.close()

    threading.Thread(target=read, daemon=True).start()
    html, late = b"", None
    while True:
        if late is None and SHELL_END in html:
            late = time.monotonic() + STREAM_PATIENCE
        try:
            chunk = chunks.get(timeout=None if late is None else max(0, late - time.monotonic()))
        except queue.Empty:
            chunk = None
        if chunk is None:
            return html.decode("utf-8", "ignore")
        html += chunk


def handlers(node, event_type):
    """The declared fields of each handler that an element's mark lists for a type."""
    found = []
    if node.place and node.tag:
        for entry in (node.get("v") or "").split(" "):
            name, _, fields = entry.partition(":")
            if name in (event_type, wire.event_letter(event_type)) and name:
                found.append(fields.split(",") if fields else [])
    return found


def with_fields(payload, fields):
    """The payload of a handler that declares fields. This player knows the value of none."""
    if not fields:
        return payload
    values = {name: None for name in fields}
    return {"f": values} if payload is None else {"p": payload, "f": values}


def says(node, name, event_type):
    types = node.get(name)
    return types == "" or types is not None and event_type in types.split(" ")


def number_of(node, name):
    """An attribute in milliseconds, as seconds."""
    try:
        return float(node.get(name) or 0) / 1000
    except ValueError:
        return 0


# Driven by lines of JSON


def perform(player, told):
    """Carries out an instruction and gives the fields of its answer."""
    what = told["do"]
    if what == "open":
        player.open(told["url"])
    elif what == "close":
        player.close()
    elif what == "state":
        return {"state": player.state}
    elif what == "records":
        return {"records": player.records}
    elif what == "tree":
        return {"tree": player.page.content(), "title": player.page.title}
    elif what == "value":
        return {"value": tree.control_value(player.user.find(told["on"]))}
    elif what == "click":
        player.user.click(player.user.find(told["on"]))
    elif what == "type":
        player.user.type(player.user.find(told["on"]), told["text"])
    elif what == "press":
        player.user.press(player.user.find(told["on"]), told["key"])
    elif what == "resize":
        player.resize(told["width"], told["height"])
    else:
        return {"error": "unsupported"}
    return {}


def drive(player):
    def read():
        for line in sys.stdin:
            player.inbox.put(json.loads(line))
        player.inbox.put(None)

    def handle(told):
        if told is None:
            player.close()
            return False
        try:
            answer = perform(player, told)
        except Exception as error:  # Whatever it is, the suite is to see it.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": told["id"], **answer}), flush=True)
        return True

    threading.Thread(target=read, daemon=True).start()
    player.run(handle)


def show(player, url):
    """Plays a page and prints its text whenever it changes."""
    shown = [None]

    def changed():
        line = f"[{player.state}] " + " ".join(player.page.body.text.split())
        if line != shown[0]:
            shown[0] = line
            print(line, flush=True)

    player.changed = changed
    player.open(url)
    changed()
    player.run(lambda _: True)


if __name__ == "__main__":
    try:
        show(Player(), sys.argv[1]) if len(sys.argv) > 1 else drive(Player())
    except KeyboardInterrupt:
        pass
    except urllib.error.URLError as error:
        sys.exit(f"cannot load {sys.argv[1]}: {error.reason}")
