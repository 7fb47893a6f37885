# Copyright (c) 2026, the bastion.routeros contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of RouterOS scripts and exports -> statements (RouterOS manual: Scripting).

Covered: menus and commands with blanks or slashes, name=value, quoted text with escapes, $variables, [substitutions],
{blocks} and (expressions), comments, lines that go on behind a backslash. Abbreviations of menus are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class ScriptError(Exception):
    """The text is no script; the message is complete."""


@dataclass(frozen=True)
class Text:
    """Plain characters; quoted ones are never taken for a keyword."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Variable:
    """$name."""

    name: str


@dataclass(frozen=True)
class Substitution:
    """[command]."""

    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Block:
    """{commands}; `source` is the text between the braces, which an array needs."""

    body: tuple[Statement, ...]
    source: str


@dataclass(frozen=True)
class Expression:
    """(expression), as words and operators."""

    words: tuple[Word, ...]


Part = Text | Variable | Substitution | Block | Expression


@dataclass(frozen=True)
class Word:
    """One word of a statement: `name` is what stands in front of the "=", None when there is none.

    `column` counts from 1; 0 is a word that was made, not read.
    """

    name: str | None
    parts: tuple[Part, ...]
    column: int = field(default=0, compare=False)

    @property
    def plain(self) -> str | None:
        """The word as it stands when it is plain text without a name, else None."""
        if self.name is None and len(self.parts) == 1 and isinstance(self.parts[0], Text) and not self.parts[0].quoted:
            return self.parts[0].text
        return None


@dataclass(frozen=True)
class Statement:
    """One command; `line` counts from 1."""

    words: tuple[Word, ...]
    line: int


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "_": " "}
_ENDS = ";\n"
_OPERATORS = ("&&", "||", "!=", "<=", ">=", "<", ">", "=", "~", ".", "+", "-", "*", "/", "!")


def parse(source: str) -> tuple[Statement, ...]:
    """The statements of a whole script; raises ScriptError."""
    return _Parser(source).statements("")


@dataclass
class _Parser:
    source: str
    position: int = 0
    _line_at: tuple[int, int] = field(default=(0, 1))

    @property
    def line(self) -> int:
        """The line of the position."""
        position, line = self._line_at
        if self.position < position:
            position, line = 0, 1
        line += self.source.count("\n", position, self.position)
        self._line_at = (self.position, line)
        return line

    def error(self, what: str) -> ScriptError:
        """With the place, as the console writes it."""
        return ScriptError(f"{what} (line {self.line} column {self.column})")

    @property
    def column(self) -> int:
        """The column of the position."""
        return self.position - self.source.rfind("\n", 0, self.position)

    def peek(self, length: int = 1) -> str:
        """The next characters."""
        return self.source[self.position : self.position + length]

    def blanks(self) -> None:
        """Skip blanks and the ends of lines that go on."""
        while True:
            if self.peek() in (" ", "\t", "\r") and self.peek():
                self.position += 1
            elif self.peek(2) == "\\\n" or self.peek(3) == "\\\r\n":
                self.position += 2 if self.peek(2) == "\\\n" else 3
            else:
                return

    def statements(self, closing: str) -> tuple[Statement, ...]:
        """Everything up to the closing bracket (or the end)."""
        found: list[Statement] = []
        while True:
            self.blanks()
            sign = self.peek()
            if sign and sign in _ENDS:
                self.position += 1
            elif sign == "#":
                end = self.source.find("\n", self.position)
                self.position = len(self.source) if end < 0 else end
            elif sign == closing or not sign:
                if not sign and closing:
                    raise self.error("syntax error, expected " + closing)
                self.position += len(sign)
                return tuple(found)
            else:
                line = self.line
                words = self.words(_ENDS + closing)
                if words:
                    found.append(Statement(words, line))

    def words(self, ends: str) -> tuple[Word, ...]:
        """The words of one statement."""
        found: list[Word] = []
        while True:
            self.blanks()
            sign = self.peek()
            if not sign or sign in ends:
                return tuple(found)
            if sign in ")]}":
                raise self.error("syntax error")
            found.append(self.word(ends))

    def word(self, ends: str) -> Word:
        """One word, with its name when it has one."""
        name: str | None = None
        parts: list[Part] = []
        column = self.column
        while True:
            sign = self.peek()
            if not sign or sign in " \t\r" or sign in ends or sign in ")]}":
                break
            if self.peek(2) == "\\\n" or self.peek(3) == "\\\r\n":
                self.blanks()  # exports break lines inside of values, too
                continue
            if sign == "=" and name is None and len(parts) == 1 and isinstance(parts[0], Text) and parts[0].text:
                self.position += 1
                name, parts = parts[0].text, []
                continue
            parts.extend(self.part(ends))
        return Word(name, tuple(parts) if parts else (Text(""),), column)

    def part(self, ends: str) -> list[Part]:
        """A piece of a word; quoted text with variables in it is several."""
        sign = self.peek()
        if sign == '"':
            return self.quoted()
        if sign == "$":
            return [self.variable()]
        if sign == "[":
            self.position += 1
            return [Substitution(self.statements("]"))]
        if sign == "{":
            self.position += 1
            start = self.position
            body = self.block()
            return [Block(body, self.source[start : self.position - 1])]
        if sign == "(":
            self.position += 1
            return [Expression(self.expression())]
        start = self.position
        while True:
            sign = self.peek()
            if not sign or sign in ' \t\r"$[({)]}=' or sign in ends or self.peek(2) == "\\\n":
                break
            self.position += 1
        if self.position == start:  # a "=" that belongs to the value
            self.position += 1
        return [Text(self.source[start : self.position])]

    def block(self) -> tuple[Statement, ...]:
        """What stands in braces; an array such as {1;2} is read as statements, too."""
        return self.statements("}")

    def variable(self) -> Part:
        """$name; within quotes also $[command] and $(expression)."""
        self.position += 1
        if self.peek() == "[":
            self.position += 1
            return Substitution(self.statements("]"))
        if self.peek() == "(":
            self.position += 1
            return Expression(self.expression())
        start = self.position
        while self.peek().isalnum():
            self.position += 1
        if self.position == start:
            raise self.error("syntax error, expected variable name")
        return Variable(self.source[start : self.position])

    def quoted(self) -> list[Part]:
        """A text in quotes, with what is put into it."""
        self.position += 1
        found: list[Part] = []
        text = ""
        while True:
            sign = self.peek()
            if not sign:
                raise self.error("syntax error, expected closing quote")
            if sign == '"':
                self.position += 1
                if text or not found:
                    found.append(Text(text, quoted=True))
                return found
            if sign == "$":
                if text:
                    found.append(Text(text, quoted=True))
                    text = ""
                found.append(self.variable())
                continue
            self.position += 1
            text += self.escape() if sign == "\\" else sign

    def escape(self) -> str:
        """What follows a backslash inside of quotes."""
        sign = self.peek()
        self.position += 1
        if sign == "\r" and self.peek() == "\n":
            self.position += 1
            sign = "\n"
        if sign == "\n":  # the text goes on in the next line behind its indentation
            while self.peek() in (" ", "\t") and self.peek():
                self.position += 1
            return ""
        code = sign + self.peek()
        if len(code) == 2 and all(digit in "0123456789ABCDEF" for digit in code):
            # exports write bytes: gather what belongs to one character
            self.position += 1
            data = bytes([int(code, 16)])
            while data[0] >= 0x80 and self.peek() == "\\" and self._hex(self.position + 1):
                data += bytes([int(self.source[self.position + 1 : self.position + 3], 16)])
                self.position += 3
            return data.decode("utf-8", "surrogateescape")
        return _ESCAPES.get(sign, sign)

    def _hex(self, position: int) -> bool:
        digits = self.source[position : position + 2]
        return len(digits) == 2 and all(digit in "0123456789ABCDEF" for digit in digits)

    def expression(self) -> tuple[Word, ...]:
        """Operands and operators up to the closing parenthesis."""
        found: list[Word] = []
        while True:
            self.blanks()
            while self.peek() == "\n":
                self.position += 1
                self.blanks()
            sign = self.peek()
            if not sign:
                raise self.error("syntax error, expected )")
            if sign == ")":
                self.position += 1
                return tuple(found)
            operator = next((one for one in _OPERATORS if self.source.startswith(one, self.position)), None)
            if operator:
                self.position += len(operator)
                found.append(Word(None, (Text(operator),)))
            elif sign in '"$[({':
                found.append(Word(None, tuple(self.part(")"))))
            else:
                start = self.position
                while self.peek() and self.peek() not in ' \t\r\n")$[({=!<>~&|+*':
                    self.position += 1
                if self.position == start:
                    raise self.error("syntax error")
                text = self.source[start : self.position]
                # words stand for themselves, and so do the operators that are words
                found.append(Word(None, (Text(text, quoted=text not in ("and", "or", "in")),)))
