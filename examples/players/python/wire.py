"""Frames: bytes to values and back (docs/protocol.md, sections 2, 4 and 5)."""

import json
import zlib

VERSION = 1
LARGEST_NUMBER = 2**31 - 1
LARGEST_FRAME = 256 * 1024
LARGEST_INFLATED = 64 * 1024 * 1024
DEEPEST_VALUE = 512
DEEPEST_JSON = 32

HELLO, WELCOME = 0x01, 0x02
PATCH, DEFLATED, ERROR, DURABLE = 0x10, 0x13, 0x14, 0x15
EVENT, NAVIGATE, ACK, PING, PONG, RENDER, CLIENT = 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26

EVENT_TYPES = (
    " click input change submit keydown keyup focus blur pointerdown pointerup pointermove"
    " pointerenter pointerleave dblclick contextmenu wheel scroll toggle reset dragstart dragover"
    " drop dragend touchstart touchend mousedown mouseup"
).split(" ")

FILL, COMMENT, ATTRIBUTE, BOOLEAN, PROPERTY, TEXTAREA, SELECT, RCDATA, RAW = 0, 1, 2, 3, 4, 5, 6, 8, 9


class Broken(Exception):
    """A frame that is not what the protocol says."""


def event_code(event_type):
    """The code of an event's type, 0 when it has none."""
    return EVENT_TYPES.index(event_type) if event_type in EVENT_TYPES[1:] else 0


def event_letter(event_type):
    """How a mark names a type: by its letter, or in full."""
    code = event_code(event_type)
    return chr(96 + code) if 0 < code <= 26 else event_type


def varint(number):
    """The bytes of a number."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def json_frame(kind, value):
    """A frame whose payload is JSON."""
    return bytes([kind]) + json.dumps(value, ensure_ascii=False).encode()


def number_frame(kind, number):
    """A frame that is one number."""
    return bytes([kind]) + varint(number)


def event_frame(seq, ack, region, place, event_type, payload):
    """An EVENT; a payload of None is none."""
    code = event_code(event_type)
    frame = bytearray([EVENT]) + varint(seq) + varint(ack)
    frame.append(code | (128 if region else 0))
    if region:
        frame += varint(region)
    frame += varint(place)
    if code == 0:
        name = event_type.encode()
        frame += varint(len(name)) + name
    if payload is not None:
        frame += json.dumps(payload, ensure_ascii=False).encode()
    return bytes(frame)


def navigate_frame(seq, ack, url, mode):
    """A NAVIGATE."""
    return bytes([NAVIGATE]) + varint(seq) + varint(ack) + json_frame(0, {"url": url, "mode": mode})[1:]


def read_json(text):
    """Parses JSON of a bounded depth."""
    depth = 0
    quoted = escaped = False
    for char in text:
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in "[{":
            depth += 1
            if depth > DEEPEST_JSON:
                raise Broken("JSON nests too deep")
        elif char in "]}":
            depth -= 1
    try:
        return json.loads(text)
    except ValueError as error:
        raise Broken("malformed JSON") from error


def read_object(data):
    """The JSON object that is the payload of a frame."""
    value = read_json(utf8(data))
    if not isinstance(value, dict):
        raise Broken("the payload is no object")
    return value


def read_number(value):
    """A number in JSON."""
    if type(value) is not int or not 0 <= value <= LARGEST_NUMBER:
        raise Broken("a number is out of range")
    return value


def utf8(data):
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("no UTF-8") from error


def inflate(data):
    """The frame in a DEFLATED one."""
    unpack = zlib.decompressobj(-15)
    try:
        frame = unpack.decompress(data, LARGEST_INFLATED)
    except zlib.error as error:
        raise Broken("broken DEFLATE") from error
    if not unpack.eof or unpack.unused_data:
        raise Broken("an inflated frame is cut off, too large, or not the last")
    return frame


class Reader:
    """Reads bytes from front to back, and checks every bound."""

    def __init__(self, data, position=0, end=None):
        self.data = data
        self.position = position
        self.end = len(data) if end is None else end

    @property
    def done(self):
        return self.position >= self.end

    def byte(self):
        if self.done:
            raise Broken("the frame ends inside a value")
        self.position += 1
        return self.data[self.position - 1]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if (byte == 0 and shift > 0) or value > LARGEST_NUMBER:
                    raise Broken("a number is padded or too large")
                return value
            shift += 7
            if shift > 28:
                raise Broken("a number is too large")

    def finish(self):
        if not self.done:
            raise Broken("bytes are left over")


class Words:
    """The templates and names that a connection has told."""

    def __init__(self):
        self.templates = []
        self.names = []


class Template:
    """A template: its markup, how many places it has, and its holes (kind, place, name)."""

    def __init__(self, html, places, holes):
        self.html = html
        self.places = places
        self.holes = holes


def read_patch(frame, words):
    """Reads a PATCH whole. Gives (seq, acks, operations); words grow only when it is not broken."""
    templates, names = len(words.templates), len(words.names)
    try:
        return PatchReader(frame, words).read()
    except Broken:
        del words.templates[templates:]
        del words.names[names:]
        raise


class PatchReader:
    """Reads one PATCH. Operations are dictionaries; values are tuples that begin with their kind."""

    def __init__(self, frame, words):
        self.input = Reader(frame, 1)
        self.words = words
        self.region = 0
        self.place = 0
        self.operations = []

    def read(self):
        reader = self.input
        seq, acks, length = reader.varint(), reader.varint(), reader.varint()
        start = reader.position
        if start + length > reader.end:
            raise Broken("the operations are longer than the frame")
        # Strings are cut by UTF-16 code units.
        self.text = utf8(reader.data[start + length:]).encode("utf-16-le")
        self.cut = 0
        reader.end = start + length
        while not reader.done:
            self.operation(reader.byte())
        if self.cut != len(self.text):
            raise Broken("text is left over")
        return seq, acks, self.operations

    def string(self):
        left = len(self.text) - self.cut
        size = left if self.input.done else 2 * self.input.varint()
        if size > left:
            raise Broken("the text is too short")
        self.cut += size
        return self.text[self.cut - size:self.cut].decode("utf-16-le", "surrogatepass")

    def json(self):
        text = self.string()
        return None if text == "" else read_json(text)

    def name(self):
        names = self.words.names
        number = self.input.varint()
        if number > len(names):
            raise Broken("a name was never told")
        if number == len(names):
            names.append(self.string())
        return names[number]

    def operation(self, op):
        if op == 0x00:
            self.region, self.place = self.input.varint(), 0
        elif op <= 0x0C or op == 0x0F:
            self.entries(op)
        else:
            self.operations.append(self.page_operation(op))

    def entries(self, op):
        more = True
        while more:
            entry = self.input.varint()
            more = entry & 1
            zigzag = entry >> 1
            self.place += -(zigzag >> 1) - 1 if zigzag & 1 else zigzag >> 1
            if not 0 <= self.place <= LARGEST_NUMBER:
                raise Broken("a place is out of range")
            place = {"region": self.region, "place": self.place}
            self.operations.append({**place, **self.place_operation(op)})

    def place_operation(self, op):
        reader = self.input
        if op == 0x01:
            return {"op": "text", "text": self.string()}
        if op == 0x02:
            return {"op": "attr", "name": self.name(), "text": self.string()}
        if op == 0x03:
            return {"op": "remove-attr", "name": self.name()}
        if op == 0x04:
            return {"op": "insert", "before": reader.varint(), "values": self.values(0)}
        if op == 0x05:
            return {"op": "remove"}
        if op == 0x06:
            before = reader.varint()
            return {"op": "move", "before": before, "list": 0 if before else reader.varint()}
        if op in (0x07, 0x0A):
            return {"op": "replace" if op == 0x07 else "substitute", "value": self.value(0)}
        if op == 0x08:
            return {"op": "value", "text": self.string()}
        if op == 0x09:
            name, flag = self.name(), reader.byte()
            if flag > 1:
                raise Broken("a flag is neither 0 nor 1")
            return {"op": "property", "name": name, "on": flag == 1}
        if op == 0x0B:
            return {"op": "focus"}
        if op == 0x0C:
            return {"op": "swap", "other": reader.varint()}
        return {"op": "html", "text": self.string()}

    def page_operation(self, op):
        if op == 0x0D:
            return {"op": "head", "entry": self.json()}
        if op == 0x0E:
            return {"op": "render", "region": self.input.varint(), "html": self.string()}
        if op == 0x10:
            return {"op": "emit", "name": self.string(), "data": self.json()}
        if op == 0x11:
            return {"op": "transition"}
        if op == 0x12:
            return {"op": "ticket", "ticket": self.string()}
        if op in (0x30, 0x31):
            return {"op": "url", "mode": "push" if op == 0x30 else "replace", "url": self.string()}
        if op in (0x32, 0x33):
            return {"op": "navigate", "mode": "push" if op == 0x32 else "replace", "url": self.string()}
        if op == 0x40:
            return {"op": "async-replace", "region": self.input.varint(), "value": self.value(0)}
        if op == 0x50:
            return {"op": "native-view", "component": self.string(), "data": self.json()}
        if op in (0x51, 0x52, 0x53):
            what = ("navigate", "haptic", "share")[op - 0x51]
            return {"op": "native", "what": what, "data": self.json()}
        raise Broken("an operation is unknown")

    def values(self, depth):
        return [self.value(depth) for _ in range(self.input.varint())]

    def value(self, depth):
        if depth > DEEPEST_VALUE:
            raise Broken("values nest too deep")
        tag = self.input.varint()
        if tag == 0:
            return ("nothing",)
        if tag == 1:
            return ("text", self.string())
        if tag == 2:
            return ("list", self.values(depth + 1))
        if tag == 3:
            return ("raw", self.string())
        if tag == 4:
            region = self.input.varint()
            placeholder = (self.name(), self.name(), self.input.varint() == 1) if region & 1 else None
            return ("async", region, placeholder, self.value(depth + 1))
        if tag < 8:
            raise Broken("a value's tag is unknown")
        template = self.template(tag - 8)
        return ("template", template, [self.hole(kind, depth) for kind, _, _ in template.holes])

    def hole(self, kind, depth):
        if kind in (FILL, COMMENT):
            return self.value(depth + 1)
        if kind in (RCDATA, RAW):
            return self.string()
        tag = self.input.varint()
        if tag > 2:
            raise Broken("an attribute's tag is unknown")
        return None if tag == 0 else self.string() if tag == 1 else True

    def template(self, number):
        templates = self.words.templates
        if number > len(templates):
            raise Broken("a template was never told")
        if number == len(templates):
            html, places = self.string(), self.input.varint()
            holes = []
            for _ in range(self.input.varint()):
                kind, place = self.input.byte(), self.input.varint()
                if kind > RAW or kind == 7 or place >= places:
                    raise Broken("a template's hole is unknown")
                name = self.name() if kind in (ATTRIBUTE, PROPERTY) else ""
                holes.append((kind, place, name))
            templates.append(Template(html, places, holes))
        return templates[number]
