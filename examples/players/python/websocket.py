"""A WebSocket client (RFC 6455), as far as a player needs it."""

import base64
import hashlib
import os
import socket
import ssl
import struct

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CLOSE, PING, PONG = 0x2, 0x8, 0x9, 0xA


class WebSocket:
    """An open connection. `receive` blocks; it gives a message, or raises `Closed`."""

    def __init__(self, host, port, path, headers, secure=False):
        self.socket = socket.create_connection((host, port), timeout=10)
        if secure:
            self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=host)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}" if port == (443 if secure else 80) else f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        answers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        if head[0].split(" ")[1] != "101" or answers.get("sec-websocket-accept") != accept.lower():
            raise ConnectionError(f"no WebSocket: {head[0]}")
        self.socket.settimeout(None)

    def read_until(self, end):
        while end not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(end, 1)
        return head

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise Closed(1006)
        self.buffer += data

    def take(self, size):
        while len(self.buffer) < size:
            self.fill()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def send(self, data, opcode=BINARY):
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.socket.sendall(head + mask + masked)

    def receive(self):
        """The next message: its bytes, or None for one that is text."""
        message, kind = b"", None
        while True:
            first, second = self.take(2)
            opcode, size = first & 0x0F, second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.take(8))[0]
            data = self.take(size)
            if opcode == CLOSE:
                raise Closed(struct.unpack("!H", data[:2])[0] if size >= 2 else 1005)
            if opcode == PING:
                self.send(data, PONG)
            elif opcode != PONG:
                kind = opcode or kind
                message += data
                if first & 0x80:
                    return message if kind == BINARY else None

    def close(self, code=1000):
        try:
            self.send(struct.pack("!H", code), CLOSE)
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class Closed(Exception):
    """The connection is over."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code
